using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Images.Jpeg;

/// <summary>Takes the blocks of one channel as they are decoded and gives the means over the areas of the new pixels; no pixel of the image
/// itself is ever made. All of it is multiplied and added in a fixed order, so that every processor makes the same bits.</summary>
internal sealed class AreaPlane : IDisposable
{
    private const int BlockSize = BlockAxis.BlockSize;

    private readonly BlockAxis _across;
    private readonly BlockAxis _down;
    private readonly Vector256<float>[] _steps;

    /// <summary>That count, across.</summary>
    private readonly int _blocks;

    /// <summary>Shape [S, blocks across]: of each, eight frequencies.</summary>
    private readonly Vector256<float>[] _sums;

    /// <param name="steps">What the coefficients were divided by: eight rows of eight.</param>
    public AreaPlane(BlockAxis across, BlockAxis down, Vector256<float>[] steps)
    {
        (_across, _down, _steps) = (across, down, steps);
        _blocks = across.OfBlocks.Length;
        _sums = ArrayPool<Vector256<float>>.Shared.Rent(down.OfOutputs.Length * _blocks);
        _sums.AsSpan(0, down.OfOutputs.Length * _blocks).Clear();
    }

    /// <param name="block">Coefficients, shape [8, 8]: a row is a frequency downwards. They are zeros afterwards.</param>
    /// <param name="rows">Those below are zeros.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(Span<int> block, int rows, int column, int row)
    {
        var (x, y) = (column - _across.First, row - _down.First);
        var coefficients = MemoryMarshal.Cast<int, Vector256<int>>(block)[..rows];
        if ((uint)x < (uint)_blocks && (uint)y < (uint)_down.OfBlocks.Length)
        {
            Span<Vector256<float>> frequencies = stackalloc Vector256<float>[BlockSize];
            frequencies = frequencies[..rows];
            for (var frequency = 0; frequency < frequencies.Length; frequency++)
                frequencies[frequency] = Vector256.ConvertToSingle(coefficients[frequency]) * _steps[frequency];

            var (first, start, count) = _down.OfBlocks[y];
            var weights = MemoryMarshal.Cast<Vector256<float>, float>(_down.Blocks.AsSpan(start, count));
            for (var at = (first * _blocks) + x; !weights.IsEmpty; at += _blocks, weights = weights[BlockSize..])
            {
                var sum = frequencies[0] * weights[0];
                for (var frequency = 1; frequency < frequencies.Length; frequency++)
                    sum += frequencies[frequency] * weights[frequency];

                _sums[at] += sum;
            }
        }

        coefficients.Clear();
    }

    /// <param name="target">Shape [S, S]: the means, half the range of a value below what they are.</param>
    public void Means(Span<float> target)
    {
        var at = 0;
        for (var y = 0; y < _down.OfOutputs.Length; y++)
        {
            var line = _sums.AsSpan(y * _blocks, _blocks);
            foreach (var (first, start, count) in _across.OfOutputs)
            {
                var weights = _across.Outputs.AsSpan(start, count);
                var sum = line[first] * weights[0];
                for (var i = 1; i < weights.Length; i++)
                    sum += line[first + i] * weights[i];

                var four = sum.GetLower() + sum.GetUpper();
                var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
                target[at++] = two[0] + two[1];
            }
        }
    }

    public void Dispose() => ArrayPool<Vector256<float>>.Shared.Return(_sums);
}
