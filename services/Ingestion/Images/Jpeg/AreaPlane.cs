using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>
/// Takes the blocks of one channel as they are decoded, row after row, and gives the means over the areas of the new pixels; no pixel of the image itself is ever made. All of
/// it is multiplied and added in a fixed order, so that every processor makes the same bits.
/// </summary>
internal sealed class AreaPlane : IDisposable
{
    private const int BlockSize = BlockAxis.BlockSize;

    private readonly BlockAxis _across;
    private readonly BlockAxis _down;
    private readonly Vector256<float>[] _steps;

    /// <summary>That count, across.</summary>
    private readonly int _blocks;

    /// <summary>Shape [rows, blocks across]: of each, eight frequencies. A row of new pixels has the place of one that is done, so that all of it stays in the nearest cache.</summary>
    private readonly Vector256<float>[] _sums;

    /// <summary>A power of two.</summary>
    private readonly int _rows;

    private readonly Memory<float> _means;

    /// <summary>So many rows of new pixels have their means.</summary>
    private int _done;

    /// <param name="steps">What the coefficients were divided by: eight rows of eight.</param>
    /// <param name="together">Rows of blocks that come in turns.</param>
    /// <param name="means">Shape [S, S]: become the means, half the range of a value below what they are.</param>
    public AreaPlane(BlockAxis across, BlockAxis down, Vector256<float>[] steps, int together, Memory<float> means)
    {
        (_across, _down, _steps, _means) = (across, down, steps, means);
        _blocks = across.OfBlocks.Length;
        _rows = Rows(down, together);
        _sums = ArrayPool<Vector256<float>>.Shared.Rent(_rows * _blocks);
        _sums.AsSpan(0, _rows * _blocks).Clear();
    }

    /// <returns>Bytes that a plane takes.</returns>
    public static long Memory(BlockAxis across, BlockAxis down, int together) =>
        sizeof(float) * (((long)across.OfOutputs.Length * down.OfOutputs.Length) + ((long)Rows(down, together) * across.OfBlocks.Length * BlockSize));

    /// <param name="block">Coefficients, shape [8, 8]: a row is a frequency downwards. They are zeros afterwards.</param>
    /// <param name="rows">Those below are zeros.</param>
    /// <param name="column">Of the block, in the whole plane.</param>
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
            {
                frequencies[frequency] = Vector256.ConvertToSingle(coefficients[frequency]) * _steps[frequency];
            }

            var (first, start, count) = _down.OfBlocks[y];
            var weights = MemoryMarshal.Cast<Vector256<float>, float>(_down.Blocks.AsSpan(start, count));
            for (var output = first; !weights.IsEmpty; output++, weights = weights[BlockSize..])
            {
                var sum = frequencies[0] * weights[0];
                for (var frequency = 1; frequency < frequencies.Length; frequency++)
                {
                    sum += frequencies[frequency] * weights[frequency];
                }

                _sums[((output & (_rows - 1)) * _blocks) + x] += sum;
            }
        }

        coefficients.Clear();
    }

    /// <summary>Makes the means that no more blocks reach into.</summary>
    /// <param name="row">The next row of blocks, in the whole plane.</param>
    public void EndRows(int row)
    {
        var next = row - _down.First;
        var end = next < 0 ? 0 : next < _down.OfBlocks.Length ? _down.OfBlocks[next].First : _down.OfOutputs.Length;
        for (; _done < end; _done++)
        {
            var line = _sums.AsSpan((_done & (_rows - 1)) * _blocks, _blocks);
            var target = _means.Span.Slice(_done * _across.OfOutputs.Length, _across.OfOutputs.Length);
            var at = 0;
            foreach (var (first, start, count) in _across.OfOutputs)
            {
                var weights = _across.Outputs.AsSpan(start, count);
                var sum = line[first] * weights[0];
                for (var i = 1; i < weights.Length; i++)
                {
                    sum += line[first + i] * weights[i];
                }

                var four = sum.GetLower() + sum.GetUpper();
                var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
                target[at++] = two[0] + two[1];
            }

            line.Clear();
        }
    }

    public void Dispose() => ArrayPool<Vector256<float>>.Shared.Return(_sums);

    /// <summary>Rows of new pixels that blocks reach into before the first of them is done, or more.</summary>
    private static int Rows(BlockAxis down, int together)
    {
        var most = 0;
        for (var first = 0; first < down.OfBlocks.Length; first++)
        {
            var last = down.OfBlocks[Math.Min(first + together, down.OfBlocks.Length) - 1];
            most = Math.Max(most, last.First + last.Count - down.OfBlocks[first].First);
        }

        return (int)BitOperations.RoundUpToPowerOf2((uint)most);
    }
}
