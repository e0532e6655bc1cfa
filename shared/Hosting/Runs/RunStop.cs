using MassTransit;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;

namespace Pipeline.Hosting.Runs;

/// <summary>Tells long work when to end: because the process stops, or because its run was cancelled.</summary>
public sealed class RunStop(RunLedger ledger, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>How long a cancelled run's work may go on unawares.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    /// <param name="runId">The run that the work is for.</param>
    /// <returns>To be disposed when the work is done.</returns>
    public Watch For(string runId) => new(ledger, runId, clock, lifetime.ApplicationStopping);

    /// <summary>Looks at the ledger as long as it lives.</summary>
    public sealed class Watch : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop;
        private readonly CancellationTokenSource done = new();
        private readonly Task watching;

        internal Watch(RunLedger ledger, string runId, TimeProvider clock, CancellationToken stopping)
        {
            stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            watching = WatchAsync(ledger, runId, clock);
        }

        public CancellationToken Token => stop.Token;

        public async ValueTask DisposeAsync()
        {
            await done.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
            done.Dispose();
        }

        // A store that cannot be asked now ends the watch, not the work: the next message asks again.
        private async Task WatchAsync(RunLedger ledger, string runId, TimeProvider clock)
        {
            using var timer = new PeriodicTimer(Glance, clock);
            while (await timer.WaitForNextTickAsync(done.Token))
            {
                if (await ledger.IsCancelledAsync(runId, done.Token))
                {
                    await stop.CancelAsync();
                    return;
                }
            }
        }
    }
}

/// <summary>
/// Publishes what a stage has to say about a run, once it is recorded. Many messages can find a stage done: each part that is delivered again does. Only until somebody has noted
/// that the event is out do they publish it, or every repeat would set the next stage going again.
/// </summary>
public sealed class StageEvents(IArtifactStore store, RunLedger ledger)
{
    private sealed record Told(Stage Stage);

    /// <summary>Record, publish, note: a kill between any two repeats the event, and loses none.</summary>
    public async Task PublishAsync<T>(ConsumeContext context, Stage stage, T said)
        where T : class, IRunMessage
    {
        var key = RunLedger.ToldKey(said.Run.RunId, stage);
        if (await store.FindAsync(key, context.CancellationToken) is null)
        {
            await ledger.RecordAsync(stage, said, context.CancellationToken);
            await context.PublishInTimeAsync(said);
            await store.CreateManifestAsync(key, new Told(stage), context.CancellationToken);
        }
    }
}
