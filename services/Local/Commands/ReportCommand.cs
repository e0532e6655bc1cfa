using System.CommandLine;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Local.Results;

namespace Pipeline.Local.Commands;

/// <summary>The result of a finished run.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = new Argument<string?>("run") { Description = "The run's id, as status shows it; the newest finished run if left out.", Arity = ArgumentArity.ZeroOrOne };
        var store = SharedOptions.Store();
        var open = new Option<bool>("--open") { Description = "Open the report's page." };
        var command = new ExampledCommand("report", "Show the result of a finished run, and where its report lies.", "report", "report fashion-demo-0123456789ab --open")
        {
            run,
            store,
            open,
        };
        command.SetAction((parsed, cancellation) =>
            ShowAsync(parsed.GetValue(run), parsed.GetRequiredValue(store), parsed.GetValue(open), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(string? run, string folder, bool open, CancellationToken cancellation)
    {
        var store = ExistingStore.Open(folder);
        var verdict = await FindAsync(new RunLedger(store), store.Root, run, cancellation);
        var result = await RunResult.ReadAsync(store, verdict, cancellation);
        result.Write(Console.Out);
        if (open)
        {
            await PageOpener.OpenAsync(result.Page, cancellation);
        }

        return 0;
    }

    private static async Task<VerdictReached> FindAsync(RunLedger ledger, string store, string? wanted, CancellationToken cancellation)
    {
        var known = (await ledger.ListAsync(cancellation)).Select(run => run.RunId).ToList();
        if (wanted is not null && !known.Contains(wanted))
        {
            throw new PipelineException($"There is no run '{wanted}' in {store}; {(known.Count == 0 ? "it has no runs yet" : $"valid are {string.Join(", ", known)}")}.");
        }

        foreach (var run in known.Where(run => wanted is null || run == wanted))
        {
            if (await ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is { } verdict)
            {
                return verdict;
            }
        }

        throw new PipelineException($"{(wanted is null ? "No run" : $"Run '{wanted}'")} in {store} is {(wanted is null ? "" : "not ")}finished; the command status shows how far it is.");
    }
}
