namespace Pipeline.Ingestion.Committing;

/// <summary>Writes a few shards at a time: the next is gathered while the last is hashed, flushed to the disk or sent.</summary>
internal sealed class PendingShards : IAsyncDisposable
{
    /// <summary>Each holds a piece of its pixels in memory, or all its sequences.</summary>
    private const int Most = 3;

    private readonly Queue<Task<SampleShard>> _pending = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins to write a shard. Waits while there are enough under way, and throws what an earlier one threw.</summary>
    public async Task<Task<SampleShard>> BeginAsync(Func<CancellationToken, Task<SampleShard>> write, CancellationToken cancellation)
    {
        while (_pending.Count >= Most)
            await _pending.Dequeue();

        var writing = Task.Run(() => WriteAsync(write, cancellation), cancellation);
        _pending.Enqueue(writing);
        return writing;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_pending.Select(writing => (Task)writing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<SampleShard> WriteAsync(Func<CancellationToken, Task<SampleShard>> write, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        return await write(either.Token);
    }
}
