using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote;
using Pipeline.Hosting.Runs;

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
        {
            run,
            store,
        };
        command.SetAction((parsed, cancellation) => CancelAsync(parsed.GetRequiredValue(run), Shape.Of(parsed, store), cancellation));
        return command;
    }

    private static async Task<int> CancelAsync(string run, Shape shape, CancellationToken cancellation)
    {
        var cancel = new CancelRun(run);
        if (shape is Shape.Local)
        {
            using var store = OpenedStore.Open(shape);
            var ledger = new RunLedger(store.Store);
            await CheckAsync(ledger, store.Name, run, cancellation);
            await ledger.CancelAsync(cancel, cancellation);
            Console.WriteLine($"Cancelled {run}; a process at work for it ends by itself.");
            return 0;
        }

        using var host = RemoteHost.Build();
        await CheckAsync(host.Services.GetRequiredService<RunLedger>(), OpenedStore.Of(host).Name, run, cancellation);
        await RemoteHost.StartAsync(host);
        await new RunConversation(host).AskAsync(cancel);
        await host.StopAsync(CancellationToken.None);
        Console.WriteLine($"Asked the services to end {run}.");
        return 0;
    }

    private static async Task CheckAsync(RunLedger ledger, string store, string run, CancellationToken cancellation)
    {
        await KnownRun.CheckAsync(ledger, store, run, cancellation);
        if (await ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is not null)
        {
            throw new PipelineException(
                $"Run '{run}' is finished; only a run at work can be cancelled. The command report shows its result.");
        }
    }
}
