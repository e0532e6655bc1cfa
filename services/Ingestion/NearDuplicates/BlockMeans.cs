using System.Numerics;
using Pipeline.Ingestion.Images;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// A plane at a smaller side, as by <see cref="AreaResampler"/>. Where each new pixel covers 2×2 or 4×4 whole ones, many are made at a time: so small a power of two divides their sums exactly,
/// so that the bits are the same.
/// </summary>
internal static class BlockMeans
{
    /// <param name="plane">Shape [size, size].</param>
    /// <param name="means">Shape [side, side], unrounded.</param>
    public static void Write(ReadOnlySpan<byte> plane, int size, int side, Span<float> means)
    {
        var block = size / side;
        if (block is not (2 or 4) || block * side != size || size % Vector<byte>.Count != 0)
        {
            AreaResampler.Resample(plane, size, size, step: 1, side, means);
            return;
        }

        var share = new Vector<float>(1f / (block * block));
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < size; x += Vector<byte>.Count)
            {
                var pairs = Pairs(plane[((y * block * size) + x)..], size, block);
                var target = means[((y * side) + (x / block))..];
                if (block == 4)
                {
                    var pair = Vector.AsVectorUInt32(pairs);
                    Mean((pair & new Vector<uint>(ushort.MaxValue)) + (pair >>> 16), share).CopyTo(target);
                    continue;
                }

                Vector.Widen(pairs, out var low, out var high);
                Mean(low, share).CopyTo(target);
                Mean(high, share).CopyTo(target[Vector<float>.Count..]);
            }
        }
    }

    /// <summary>Sums of two neighbours each, over some rows.</summary>
    private static Vector<ushort> Pairs(ReadOnlySpan<byte> plane, int stride, int rows)
    {
        var sums = Vector<ushort>.Zero;
        for (var row = 0; row < rows; row++)
        {
            var pairs = Vector.AsVectorUInt16(new Vector<byte>(plane[(row * stride)..]));
            sums += (pairs & new Vector<ushort>(byte.MaxValue)) + (pairs >>> 8);
        }

        return sums;
    }

    private static Vector<float> Mean(Vector<uint> sums, Vector<float> share) => Vector.ConvertToSingle(Vector.AsVectorInt32(sums)) * share;
}
