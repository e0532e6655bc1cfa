using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Pipeline.Learning.Training;

/// <summary>Assembles the next batches on a thread of its own while this one trains, never more than a few ahead.</summary>
public sealed class Prefetcher : IDisposable
{
    private readonly Channel<TrainingStep> ready;
    private readonly CancellationTokenSource stop = new();
    private readonly Task producer;

    /// <param name="first">First step.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="ahead">Batches kept ready, at least 1.</param>
    public Prefetcher(Func<long, TrainingStep> assemble, long first, long end, int ahead)
    {
        ready = Channel.CreateBounded<TrainingStep>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        producer = Task.Run(async () =>
        {
            try
            {
                // Room first, batch then: no more than that many are ever held.
                for (var step = first; step < end && await ready.Writer.WaitToWriteAsync(stop.Token); step++)
                {
                    ready.Writer.TryWrite(assemble(step));
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

    /// <summary>Waits for the next batch. Throws what assembling it threw.</summary>
    public TrainingStep Next()
    {
        if (ready.Reader.TryRead(out var batch))
        {
            return batch;
        }

        try
        {
            return ready.Reader.ReadAsync(stop.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        producer.GetAwaiter().GetResult();
        stop.Dispose();
    }
}
