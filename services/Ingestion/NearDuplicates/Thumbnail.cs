using Pipeline.Contracts;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>A sample at 16×16, by which two are held against each other when their hashes are alike.</summary>
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
            {
                thumbnail[(channel * small.Length) + i] = (byte)MathF.Round(small[i]);
            }
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
