using System.Numerics;
using Pipeline.Images;

namespace Pipeline.Likeness;

/// <summary>A plane at a smaller side, as by <see cref="AreaResampler"/>. Vectorised where each new pixel covers 2×2 or 4×4 whole ones: so
/// small a power of two divides their sums exactly, so that the bits are the same.</summary>
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

/// <summary>A sample at 16×16, by which two are compared when their hashes are alike.</summary>
public static class Thumbnail
{
    private const int Side = 16;

    public static int Bytes(InputSpec input) => input.Channels * Side * Side;

    /// <param name="pixels">Of one sample, [C, S, S].</param>
    /// <param name="thumbnail">[C, 16, 16].</param>
    public static void Write(ReadOnlySpan<byte> pixels, InputSpec input, Span<byte> thumbnail)
    {
        var plane = input.Size * input.Size;
        Span<float> small = stackalloc float[Side * Side];
        for (var channel = 0; channel < input.Channels; channel++)
        {
            BlockMeans.Write(pixels.Slice(channel * plane, plane), input.Size, Side, small);
            for (var i = 0; i < small.Length; i++)
                thumbnail[(channel * small.Length) + i] = (byte)MathF.Round(small[i]);
        }
    }

    /// <summary>Pearson's, over all channels at once: a change of brightness or contrast leaves it, a change of colour does not.</summary>
    /// <returns>−1 to 1; 0 where one of them is of one value.</returns>
    public static double Correlation(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        long sumLeft = 0, sumRight = 0, squaresLeft = 0, squaresRight = 0, products = 0;
        for (var i = 0; i < left.Length; i++)
        {
            int a = left[i], b = right[i];
            sumLeft += a;
            sumRight += b;
            squaresLeft += a * a;
            squaresRight += b * b;
            products += a * b;
        }

        var count = left.Length;
        var spread = Math.Sqrt((count * squaresLeft) - (sumLeft * sumLeft)) * Math.Sqrt((count * squaresRight) - (sumRight * sumRight));
        return spread == 0 ? 0 : ((count * products) - (sumLeft * sumRight)) / spread;
    }
}
