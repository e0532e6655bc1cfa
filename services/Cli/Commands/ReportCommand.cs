using System.CommandLine;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Results;

namespace Pipeline.Cli.Commands;

/// <summary>The result of a finished run.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = new Argument<string?>("run")
        {
            Description = "The run's id, as status shows it; the newest finished run if left out.",
            Arity = ArgumentArity.ZeroOrOne
        };
        var store = SharedOptions.Store();
        var open = new Option<bool>("--open") { Description = "Open the report's page." };
        var command = new ExampledCommand("report", "Show the result of a finished run, and where its report lies.", "report",
            "report fashion-demo-0123456789ab --open")
        { run, store, open };
        command.SetAction((parsed, cancellation) =>
            ShowAsync(parsed.GetValue(run), CommandSettings.LocalStore(parsed, store), parsed.GetValue(open), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(string? run, string? folder, bool open, CancellationToken cancellation)
    {
        using var store = OpenedStore.Open(folder);
        var verdict = await FindAsync(store, run, cancellation);
        var result = store.Host is null
            ? await RunResult.ReadAsync(store.Store, store.Name, verdict, cancellation)
            : await store.DownloadAsync(verdict, cancellation);
        result.Write(Console.Out);
        if (open)
            await PageOpener.OpenAsync(result.Page, cancellation);
        return 0;
    }

    private static async Task<VerdictReached> FindAsync(OpenedStore store, string? wanted, CancellationToken cancellation)
    {
        if (wanted is not null)
            await store.CheckRunAsync(wanted, cancellation);
        foreach (var (run, _) in (await store.Ledger.ListAsync(cancellation)).Where(run => wanted is null || run.RunId == wanted))
        {
            if (await store.Ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is { } verdict)
                return verdict;
        }

        throw new PipelineException($"{(wanted is null ? "No run" : $"Run '{wanted}'")} in {store.Name} is "
            + $"{(wanted is null ? "" : "not ")}finished; the command status shows how far it is.");
    }
}
