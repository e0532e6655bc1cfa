using System.CommandLine;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote;
using Pipeline.Cli.Running;

namespace Pipeline.Cli.Commands;

/// <summary>Ends a run.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id, as status shows it." };
        var store = SharedOptions.Store();
        var command = new ExampledCommand("cancel", "End a run. What it left so far stays; asked for again, it goes on from there.",
            "cancel fashion-demo-0123456789ab")
        { run, store };
        command.SetAction((parsed, cancellation) =>
            CancelAsync(parsed.GetRequiredValue(run), CommandSettings.LocalStore(parsed, store), cancellation));
        return command;
    }

    private static async Task<int> CancelAsync(string run, string? folder, CancellationToken cancellation)
    {
        using var store = OpenedStore.Open(folder);
        await store.CheckRunAsync(run, cancellation);
        if (await store.Ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is not null)
        {
            throw new PipelineException(
                $"Run '{run}' is finished; only a run at work can be cancelled. The command report shows its result.");
        }

        var cancel = new CancelRun(run);
        if (store.Host is { } host)
        {
            await RemoteHost.StartAsync(host);
            return await new RunConversation(host).AskAsync(cancel, $"Asked the services to end {run}.");
        }

        await store.Ledger.CancelAsync(cancel, cancellation);
        Console.WriteLine($"Cancelled {run}; a process at work for it ends by itself.");
        return ExitCode.Success;
    }
}
