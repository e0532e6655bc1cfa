using System.Runtime.CompilerServices;

namespace Pipeline.Lake.Places;

/// <summary>Reads the next items while the last is worked on, so that work does not wait for disk or network.</summary>
public static class ReadAhead
{
    /// <summary>Results come in the order of the items. Whoever leaves early leaves nothing running.</summary>
    /// <param name="most">Items that are read or wait at a time.</param>
    /// <param name="mostBytes">Of them together; one larger item is read alone.</param>
    public static async IAsyncEnumerable<TResult> InOrderAsync<TItem, TResult>(
        IAsyncEnumerable<TItem> items,
        int most,
        long mostBytes,
        Func<TItem, long> bytes,
        Func<TItem, CancellationToken, Task<TResult>> read,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = new Queue<(Task<TResult> Result, long Bytes)>();
        var held = 0L;
        try
        {
            await foreach (var item in items.WithCancellation(stop.Token))
            {
                var (size, isFull) = (bytes(item), ahead.Count >= most);
                while (ahead.Count > 0 && (ahead.Count >= most || held + size > mostBytes || (isFull && IsAhead())))
                    yield return await FirstAsync();

                ahead.Enqueue((read(item, stop.Token), size));
                held += size;
            }

            while (ahead.Count > 0)
                yield return await FirstAsync();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(ahead.Select(reading => (Task)reading.Result)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Reading wakes a thread, which costs more than a small file: it is woken once for many while enough has been read.
        bool IsAhead() => ahead.Count > most / 2 && ahead.Peek().Result.IsCompleted;

        async Task<TResult> FirstAsync()
        {
            if (!ahead.Peek().Result.IsCompleted)
            {
                // The same the other way round.
                await CompletedAsync(ahead.ElementAt(ahead.Count / 2).Result);
                await CompletedAsync(ahead.Peek().Result);
            }

            var result = await ahead.Peek().Result;
            held -= ahead.Dequeue().Bytes;
            return result;
        }

        // Whoever waits does not continue on the thread that has read, which may have others to read.
        static Task CompletedAsync(Task reading) =>
            reading.IsCompleted
                ? Task.CompletedTask
                : reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
