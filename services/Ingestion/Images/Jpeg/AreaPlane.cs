using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>
/// Takes the blocks of one channel as they are decoded and gives the means over the areas of the new pixels; no pixel of the image itself is ever made. All of
/// it is multiplied and added in a fixed order, so that every processor makes the same bits.
/// </summary>
internal sealed class AreaPlane : IDisposable
{
    private const int BlockSize = BlockAxis.BlockSize;

    private readonly BlockAxis _across;
    private readonly BlockAxis _down;
    private readonly float[] _steps;
    private readonly float[] _sums;
    private readonly int _length;

    /// <param name="steps">What the coefficients were divided by, shape [8, 8].</param>
    public AreaPlane(BlockAxis across, BlockAxis down, float[] steps)
    {
        (_across, _down, _steps) = (across, down, steps);
        _length = down.Size * across.Blocks * BlockSize;
        _sums = ArrayPool<float>.Shared.Rent(_length);
        _sums.AsSpan(0, _length).Clear();
    }

    /// <param name="block">Coefficients, shape [8, 8]: a row is a frequency downwards. They are zeros afterwards.</param>
    /// <param name="rows">Those below are zeros.</param>
    /// <param name="column">Of the block, in the whole plane.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(Span<int> block, int rows, int column, int row)
    {
        var (x, y) = (column - _across.First, row - _down.First);
        var coefficients = MemoryMarshal.Cast<int, Vector256<int>>(block)[..rows];
        if ((uint)x < (uint)_across.Blocks && (uint)y < (uint)_down.Blocks)
        {
            var steps = MemoryMarshal.Cast<float, Vector256<float>>(_steps);
            Span<Vector256<float>> frequencies = stackalloc Vector256<float>[BlockSize];
            for (var frequency = 0; frequency < coefficients.Length; frequency++)
            {
                frequencies[frequency] = Vector256.ConvertToSingle(coefficients[frequency]) * steps[frequency];
            }

            Add(frequencies[..rows], x, y);
        }

        coefficients.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ReadOnlySpan<Vector256<float>> frequencies, int x, int y)
    {
        var starts = _down.Starts;
        var outputs = _down.Outputs;
        var sums = MemoryMarshal.Cast<float, Vector256<float>>(_sums.AsSpan());
        for (int pair = starts[y], end = starts[y + 1]; pair < end; pair++)
        {
            var weights = _down.Weights.Slice(pair * BlockSize, BlockSize);
            var sum = frequencies[0] * weights[0];
            for (var frequency = 1; frequency < frequencies.Length; frequency++)
            {
                sum += frequencies[frequency] * weights[frequency];
            }

            sums[(outputs[pair] * _across.Blocks) + x] += sum;
        }
    }

    /// <param name="target">Shape [S, S]: the means, half the range of a value below what they are, in whole 256ths: so that what is alike stays alike whatever the rounding.</param>
    public void Means(Span<float> target)
    {
        target.Clear();
        var sums = MemoryMarshal.Cast<float, Vector256<float>>(_sums.AsSpan(0, _length));
        var weights = MemoryMarshal.Cast<float, Vector256<float>>(_across.Weights);
        var starts = _across.Starts;
        var outputs = _across.Outputs;
        for (var y = 0; y < _down.Size; y++)
        {
            var line = target.Slice(y * _across.Size, _across.Size);
            for (var x = 0; x < _across.Blocks; x++)
            {
                var sum = sums[(y * _across.Blocks) + x];
                for (var pair = starts[x]; pair < starts[x + 1]; pair++)
                {
                    line[outputs[pair]] += Sum(sum * weights[pair]);
                }
            }

            foreach (ref var value in line)
            {
                value = MathF.Floor((value * 256) + 0.5f) / 256;
            }
        }
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<float> eight)
    {
        var four = eight.GetLower() + eight.GetUpper();
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }
}
