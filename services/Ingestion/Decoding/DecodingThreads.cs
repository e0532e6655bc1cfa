using System.Collections.Concurrent;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Decodes images on threads of its own, which begin with the first image. In the pool, which has about as many threads as there
/// are cores, reading would wait behind decoding, and decoding behind whoever waits for the disk; and each image would wake a
/// thread.</summary>
/// <param name="threads">So many images are decoded at a time.</param>
/// <param name="decoder">Makes one for each thread.</param>
internal sealed class DecodingThreads(int threads, InputSpec input, Func<ImageDecoder> decoder) : IAsyncDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Lock _starting = new();
    private Task? _running;

    /// <summary>Safe for several threads. What awaits it goes on on the thread that decoded: it has to be short.</summary>
    /// <param name="content">From <see cref="FileBuffers"/>, and not the caller's any more.</param>
    /// <returns>The picture, or why there is none.</returns>
    public Task<ReadItem> DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation)
    {
        Start();
        var job = new Job(item, content, cancellation);
        _jobs.Add(job, CancellationToken.None);
        return job.Task;
    }

    /// <summary>What is still to be decoded is decoded first, unless it was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        await (_running ?? Task.CompletedTask);
        _jobs.Dispose();
    }

    private void Start()
    {
        if (Volatile.Read(ref _running) is not null)
            return;

        lock (_starting)
        {
            _running ??= Task.WhenAll(
                Enumerable.Range(0, threads).Select(
                    _ => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }
    }

    private void Run()
    {
        var own = new Lazy<ImageDecoder>(decoder);
        foreach (var job in _jobs.GetConsumingEnumerable())
            job.Do(own, input);
    }

    private sealed class Job(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation) : TaskCompletionSource<ReadItem>
    {
        public void Do(Lazy<ImageDecoder> decoder, InputSpec input)
        {
            if (cancellation.IsCancellationRequested)
            {
                SetCanceled(cancellation);
                return;
            }

            ReadItem read;
            try
            {
                var picture = Picture.Of(decoder.Value.Decode(content), input);
                FileBuffers.Return(content);
                read = new ReadItem(item, null, Picture: picture);
            }
            catch (ImageRejectedException rejected)
            {
                read = new ReadItem(item, content, rejected.Reason, rejected.Detail);
            }
            catch (Exception error)
            {
                SetException(error);
                return;
            }

            SetResult(read);
        }
    }
}
