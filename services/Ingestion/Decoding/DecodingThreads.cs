using System.Collections.Concurrent;
using Pipeline.Images;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Decodes images on threads of its own, which begin with the first image. In the pool, which has about as many threads as there
/// are cores, reading and decoding would wait for each other; and each image would wake a thread.</summary>
/// <param name="threads">Number of images that are decoded at a time.</param>
/// <param name="decoder">Makes one for each thread.</param>
internal sealed class DecodingThreads(int threads, InputSpec input, Func<ImageDecoder> decoder) : IAsyncDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private object? _starting;
    private Task? _running;

    /// <summary>Safe for several threads. A continuation runs on the thread that decoded: it must be short.</summary>
    /// <param name="content">From <see cref="FileBuffers"/>; ownership passes to the callee.</param>
    /// <returns>The picture, or why there is none.</returns>
    public Task<ReadItem> DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation)
    {
        LazyInitializer.EnsureInitialized(ref _running, ref _starting, Start);
        var job = new Job(new ReadItem(item, content), cancellation);
        _jobs.Add(job, CancellationToken.None);
        return job.Task;
    }

    /// <summary>Decodes what is left first, unless it was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        await (_running ?? Task.CompletedTask);
        _jobs.Dispose();
    }

    private Task Start() => Task.WhenAll(
        Enumerable.Range(0, threads).Select(
            _ => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private void Run()
    {
        var own = new Lazy<ImageDecoder>(decoder);
        foreach (var job in _jobs.GetConsumingEnumerable())
            job.Do(own, input);
    }

    private sealed class Job(ReadItem item, CancellationToken cancellation) : TaskCompletionSource<ReadItem>
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
                read = item.Decoded(content => decoder.Value.Decode(content), input);
                if (read.Picture is not null)
                {
                    FileBuffers.Return(item.Content!.Value);
                    read = read with { Content = null };
                }
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
