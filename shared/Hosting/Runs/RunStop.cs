using Microsoft.Extensions.Hosting;

namespace Pipeline.Hosting.Runs;

/// <summary>Tells long work when to end: because the process stops, or because its run was cancelled.</summary>
public sealed class RunStop(RunLedger ledger, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>How long a cancelled run's work may go on unawares.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    /// <returns>To be disposed when the work is done.</returns>
    public Watch For(string runId) => new(ledger, runId, clock, lifetime.ApplicationStopping);

    public sealed class Watch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly CancellationTokenSource _done = new();
        private readonly Task _watching;

        internal Watch(RunLedger ledger, string runId, TimeProvider clock, CancellationToken stopping)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            _watching = WatchAsync(ledger, runId, clock);
        }

        public CancellationToken Token => _stop.Token;

        public async ValueTask DisposeAsync()
        {
            await _done.CancelAsync();
            await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
            _done.Dispose();
        }

        // A store that cannot be asked now ends the watch, not the work: the next message asks again.
        private async Task WatchAsync(RunLedger ledger, string runId, TimeProvider clock)
        {
            using var timer = new PeriodicTimer(Glance, clock);
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                if (await ledger.IsCancelledAsync(runId, _done.Token))
                {
                    await _stop.CancelAsync();
                    return;
                }
            }
        }
    }
}
