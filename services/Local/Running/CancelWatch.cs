using Microsoft.Extensions.Hosting;
using Pipeline.Hosting.Runs;
using Pipeline.Local.Progress;

namespace Pipeline.Local.Running;

/// <summary>Sees that another process has cancelled the run of this one, whose messages are put aside from then on: nothing else would tell of its end.</summary>
internal sealed class CancelWatch(RunProgress progress, RunLedger ledger, RunEnd end, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (progress.RunId is { } run && await ledger.IsCancelledAsync(run, stoppingToken))
            {
                end.Tell(new RunOutcome.Cancelled(run));
                return;
            }
        }
    }
}
