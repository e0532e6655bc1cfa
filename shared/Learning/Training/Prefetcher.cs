using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Pipeline.Learning.Training;

/// <summary>Assembles the next batches on a thread of its own while this one trains, never more than a few ahead.</summary>
public sealed class Prefetcher : IDisposable
{
    private readonly Channel<TrainingStep> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _producer;

    /// <param name="first">First step.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="ahead">Batches kept ready, at least 1.</param>
    public Prefetcher(Func<long, TrainingStep> assemble, long first, long end, int ahead)
    {
        _ready = Channel.CreateBounded<TrainingStep>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        _producer = Task.Run(async () =>
        {
            try
            {
                // Room first, batch then: no more than that many are ever held.
                for (var step = first; step < end && await _ready.Writer.WaitToWriteAsync(_stop.Token); step++)
                    _ready.Writer.TryWrite(assemble(step));

                _ready.Writer.Complete();
            }
            catch (Exception error)
            {
                // Next() throws it where the batch is missed.
                _ready.Writer.Complete(error);
            }
        });
    }

    /// <summary>Waits for the next batch. Throws what assembling it threw.</summary>
    public TrainingStep Next()
    {
        if (_ready.Reader.TryRead(out var batch))
            return batch;

        try
        {
            return _ready.Reader.ReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _producer.GetAwaiter().GetResult();
        _stop.Dispose();
    }
}
