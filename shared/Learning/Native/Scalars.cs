using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Native;

/// <summary>
/// Numbers for torch that stay alive. TorchSharp 0.107 makes an object of each number that an operator is given (<c>x * 2.0</c>, and the 1 hidden in <c>a + b</c> and in <c>add_(number)</c>),
/// passes on its native half and lets go of the object: a collection at that moment frees the number while libtorch reads it. Rare, but a run makes millions.
/// So training code takes its numbers, sums and read-outs from here and uses no operator that hides one.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();
    private static readonly ConcurrentDictionary<long, Scalar> KeptIntegers = new();

    /// <summary>A number that is never freed: for constants and settings. One that changes from step to step is made with <c>using</c>.</summary>
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
