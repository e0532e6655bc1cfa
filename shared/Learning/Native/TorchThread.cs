using System.Collections.Concurrent;

namespace Pipeline.Learning.Native;

/// <summary>
/// The one thread of a process on which torch works. Each thread that calls torch gets helper threads and memory pools of its own, which are not given back:
/// on one thread they are there once, and two pieces of work never share the cores, or the GPU, unawares.
/// </summary>
public sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;

    public TorchThread()
    {
        thread = new Thread(() =>
        {
            foreach (var next in work.GetConsumingEnumerable())
            {
                next();
            }
        })
        { IsBackground = true, Name = "torch" };
        thread.Start();
    }

    /// <summary>Does a piece of work when those before it are done.</summary>
    public async Task<T> RunAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                done.SetResult(what());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return await done.Task;
    }

    public Task RunAsync(Action what) => RunAsync(() =>
    {
        what();
        return true;
    });

    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }
}
