using Pipeline.Learning.Native;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>
/// Positions as rotations (Su et al. 2021, arXiv:2104.09864): numbers i and i + d/2 of a head are turned together by position · 10000^(−2i/d), so that the product of a query and a
/// key knows their distance alone.
/// </summary>
/// <param name="numbers">In a head, d; even.</param>
internal sealed class RotaryPositions(int numbers)
{
    private const double Base = 10_000;

    private readonly double[] frequencies = [.. Enumerable.Range(0, numbers / 2).Select(i => Math.Pow(Base, -2.0 * i / numbers))];

    /// <param name="query">Shape [N, H, T, d], as is <paramref name="key"/>.</param>
    public (Tensor Query, Tensor Key) Turn(Tensor query, Tensor key)
    {
        var length = (int)query.shape[2];
        var cosines = Table(length, Math.Cos, query);
        var sines = Table(length, Math.Sin, query);
        return (Turned(query, cosines, sines), Turned(key, cosines, sines));
    }

    private static Tensor Turned(Tensor states, Tensor cosines, Tensor sines)
    {
        var halves = states.chunk(2, -1);
        return cat([(halves[0] * cosines) - (halves[1] * sines), (halves[1] * cosines).Plus(halves[0] * sines)], -1);
    }

    // [T, d / 2]
    private Tensor Table(int length, Func<double, double> function, Tensor like)
    {
        var values = new float[length * frequencies.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)function(i / frequencies.Length * frequencies[i % frequencies.Length]);
        }

        return tensor(values, length, frequencies.Length, device: like.device);
    }
}
