using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Cli.Progress;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Running;

/// <summary>Every message of this process from its delivery to its end. One that nobody came to an end with is lost, as the bus is in
/// memory, so it ends the run: whatever was thrown, by whomever, and whether or not the stage could say so itself. In the background it
/// sees the ends that no message tells of: another process has cancelled the run, or nobody works for it any more.</summary>
internal sealed class WorkInHand(RunProgress progress, RunLedger ledger, TimeProvider clock) : BackgroundService, IReceiveObserver
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    /// <summary>Glances in a row at which nothing was in hand. A message is on its way for milliseconds.</summary>
    private const int Patience = 5;

    private long _delivered;
    private long _ended;
    private long _seen;

    public static void Watch(IBusRegistrationConfigurator bus)
    {
        bus.AddReceiveObserver(provider => provider.GetRequiredService<WorkInHand>());
        bus.AddConfigureEndpointsCallback((_, endpoint) =>
        {
            // Nobody looks into error queues that end with the process.
            endpoint.RethrowFaultedMessages();
            endpoint.ThrowOnSkippedMessages();
        });
    }

    /// <summary>Whether nothing is in hand, and nothing was since the last question.</summary>
    public bool IsIdle()
    {
        var (before, now) = (_seen, Interlocked.Read(ref _delivered));
        _seen = now;
        return now == before && now == Interlocked.Read(ref _ended);
    }

    public Task PreReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _delivered);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _ended);
        return Task.CompletedTask;
    }

    public async Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        Interlocked.Increment(ref _ended);
        if (await IsCancelledAsync())
            return;
        var queue = StageQueues.QueueOf(context);
        var stage = StageQueues.All.FirstOrDefault(feed => feed.Queue == queue)?.Stage ?? progress.Current;
        progress.Tell(new RunOutcome.Failed(new RunFailed(progress.RunId, stage, ErrorLine.Of(exception))));
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        for (var idle = 0; idle < Patience; idle = IsIdle() ? idle + 1 : 0)
        {
            await timer.WaitForNextTickAsync(stoppingToken);
            if (await IsCancelledAsync(stoppingToken))
                return;
        }

        progress.Tell(new RunOutcome.Failed(new RunFailed(progress.RunId, progress.Current,
            "No message of the run is left and it has no result: one was lost. The same command goes on from there.")));
    }

    /// <summary>Ends the run where somebody has cancelled it.</summary>
    private async Task<bool> IsCancelledAsync(CancellationToken cancellation = default)
    {
        if (progress.RunId is not { } run || !await ledger.IsCancelledAsync(run, cancellation))
            return false;
        progress.Tell(new RunOutcome.Cancelled(run));
        return true;
    }
}
