using System.Threading.Channels;

namespace Pipeline.Learning.Training;

/// <summary>Assembles the next batches on a thread of its own while this one trains, never more than a few ahead.</summary>
public sealed class Prefetcher : IDisposable
{
    private readonly Channel<PretextBatch> ready;
    private readonly CancellationTokenSource stop = new();
    private readonly Task producer;

    /// <param name="first">First step.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="ahead">Batches kept ready, at least 1.</param>
    public Prefetcher(Func<long, PretextBatch> assemble, long first, long end, int ahead)
    {
        ready = Channel.CreateBounded<PretextBatch>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        producer = Task.Run(async () =>
        {
            try
            {
                for (var step = first; step < end; step++)
                {
                    await ready.Writer.WriteAsync(assemble(step), stop.Token);
                }

                ready.Writer.Complete();
            }
            catch (Exception error)
            {
                // Next() throws it where the batch is missed.
                ready.Writer.Complete(error);
            }
        });
    }

    /// <summary>Waits for the next batch.</summary>
    public PretextBatch Next()
    {
        if (ready.Reader.TryRead(out var batch))
        {
            return batch;
        }

        return ready.Reader.ReadAsync(stop.Token).AsTask().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        stop.Cancel();
        producer.GetAwaiter().GetResult();
        stop.Dispose();
    }
}
