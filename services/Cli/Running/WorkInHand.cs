using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Progress;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Running;

/// <summary>Every message of this process from its delivery to its end. One that nobody came to an end with is lost, as the bus is in
/// memory, so it ends the run: whatever was thrown, by whomever, and whether or not the stage could say so itself.</summary>
internal sealed class WorkInHand(RunProgress progress, RunLedger ledger, RunEnd end) : IReceiveObserver
{
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
        var run = progress.RunId;
        if (run is not null && await ledger.IsCancelledAsync(run))
        {
            end.Tell(new RunOutcome.Cancelled(run));
            return;
        }

        var queue = context.InputAddress.AbsolutePath.Split('/')[^1];
        var stage = StageQueues.All.FirstOrDefault(feed => feed.Queue == queue)?.Stage ?? progress.Current;
        end.Tell(new RunOutcome.Failed(new RunFailed(run, stage, ErrorLine.Of(exception))));
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;
}
