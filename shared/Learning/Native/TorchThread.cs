using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Native;

/// <summary>The one thread of a process on which torch works. Each thread that calls torch gets helper threads and memory pools of its own,
/// which are not given back: on one thread they are there once, and two pieces of work never share the cores, or the GPU,
/// unawares.</summary>
public sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public TorchThread()
    {
        _thread = new Thread(() =>
        {
            foreach (var next in _work.GetConsumingEnumerable())
                next();
        })
        { IsBackground = true, Name = "torch" };
        _thread.Start();
    }

    /// <summary>Does a piece of work when those before it are done.</summary>
    public async Task<T> RunAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
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
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }
}

/// <summary>Numbers for torch that stay alive. TorchSharp 0.107 makes an object of each number that an operator is given (<c>x * 2.0</c>,
/// and the 1 hidden in <c>a + b</c> and in <c>add_(number)</c>), passes on its native half and lets go of the object: a collection at that
/// moment frees the number while libtorch reads it. Rare, but a run makes millions. So training code takes its numbers, sums and read-outs
/// from here and uses no operator that hides one.</summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();
    private static readonly ConcurrentDictionary<long, Scalar> KeptIntegers = new();

    /// <summary>A number that is never freed: for constants and settings. Others are made with <c>using</c>.</summary>
    public static Scalar Of(double value) => Kept.GetOrAdd(value, static number => number);

    /// <summary>The same for whole numbers, which integer tensors ask for.</summary>
    public static Scalar Of(long value) => KeptIntegers.GetOrAdd(value, static number => number);

    /// <summary><c>a + b</c>.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, Of(1));

    /// <summary>The value of a tensor of one element.</summary>
    public static double Read(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().data<double>().ToArray()[0];
    }
}
