using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Local.Progress;

namespace Pipeline.Local.Running;

/// <summary>Sees the ends of a run that no message tells of: another process has cancelled it, or nobody works for it any more.</summary>
internal sealed class RunWatch(RunProgress progress, RunLedger ledger, WorkInHand work, RunEnd end, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    /// <summary>Glances in a row at which nothing was in hand. A message is on its way for milliseconds.</summary>
    private const int Patience = 5;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        var idle = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (progress.RunId is { } run && await ledger.IsCancelledAsync(run, stoppingToken))
            {
                end.Tell(new RunOutcome.Cancelled(run));
                return;
            }

            idle = work.IsIdle() ? idle + 1 : 0;
            if (idle == Patience)
            {
                end.Tell(new RunOutcome.Failed(new RunFailed(progress.RunId, progress.Current, "No message of the run is left and it has no result: one was lost. The same command goes on from there.")));
                return;
            }
        }
    }
}
