using System.Buffers;
using System.Numerics;
using Pipeline.Images;

namespace Pipeline.Likeness;

/// <summary>pHash (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"): the cosine transform of the luma at
/// 32×32, and for each of the 8×8 lowest frequencies but the constant ones a bit: whether it is above their median by a quarter of their
/// mean size. Without that margin the hash of a symmetric drawing, half of whose frequencies are noise about the median, changes with every
/// encoding. In whole numbers, so that every machine finds the same.</summary>
public static class PerceptualHash
{
    private const int Side = 32;
    private const int Kept = 8;

    /// <summary>Pixels are kept to this fraction of a grey level.</summary>
    private const int Fractions = 64;

    /// <summary>So many products surely add up within 32 bits: 8 · 255 · 64 · 2¹⁴ is below 2³¹.</summary>
    private const int MostProducts = 8;

    /// <summary>The quotient of the mean size and the margin.</summary>
    private const int Margin = 4;

    private static readonly int[] Cosines =
        [.. from frequency in Enumerable.Range(1, Kept) from at in Enumerable.Range(0, Side) select Cosine(frequency, at)];

    /// <param name="pixels">Of one sample, [C, S, S].</param>
    public static ulong Of(ReadOnlySpan<byte> pixels, InputSpec input)
    {
        Span<float> small = stackalloc float[Side * Side];
        var luma = ArrayPool<byte>.Shared.Rent(input.Size * input.Size);
        var plane = luma.AsSpan(0, input.Size * input.Size);
        Luma.Write(pixels, input, plane);
        BlockMeans.Write(plane, input.Size, Side, small);
        ArrayPool<byte>.Shared.Return(luma);

        Span<int> whole = stackalloc int[Side * Side];
        for (var i = 0; i < whole.Length; i += Vector<int>.Count)
            Vector.ConvertToInt32Native(Vector.Round(new Vector<float>(small[i..]) * Fractions)).CopyTo(whole[i..]);

        Span<long> down = stackalloc long[Side];
        Span<long> lowest = stackalloc long[Kept * Kept];
        for (var frequency = 0; frequency < Kept; frequency++)
        {
            Down(whole, Cosines.AsSpan(frequency * Side, Side), down);
            for (var across = 0; across < Kept; across++)
                lowest[(frequency * Kept) + across] = Product(down, Cosines.AsSpan(across * Side, Side));
        }

        return WellAboveMedian(lowest);
    }

    private static void Down(ReadOnlySpan<int> pixels, ReadOnlySpan<int> cosines, Span<long> columns)
    {
        for (var at = 0; at < Side; at += Vector<int>.Count)
        {
            var (left, right) = (Vector<long>.Zero, Vector<long>.Zero);
            for (var row = 0; row < Side; row += MostProducts)
            {
                var sum = Vector<int>.Zero;
                for (var i = row; i < row + MostProducts; i++)
                    sum += new Vector<int>(pixels[((i * Side) + at)..]) * cosines[i];

                Vector.Widen(sum, out var low, out var high);
                left += low;
                right += high;
            }

            left.CopyTo(columns[at..]);
            right.CopyTo(columns[(at + Vector<long>.Count)..]);
        }
    }

    private static long Product(ReadOnlySpan<long> columns, ReadOnlySpan<int> cosines)
    {
        var sum = 0L;
        for (var i = 0; i < columns.Length; i++)
            sum += columns[i] * cosines[i];

        return sum;
    }

    private static ulong WellAboveMedian(ReadOnlySpan<long> values)
    {
        Span<long> sorted = stackalloc long[values.Length];
        values.CopyTo(sorted);
        sorted.Sort();
        var size = 0L;
        foreach (var value in values)
            size += Math.Abs(value) / values.Length;

        var least = sorted[(values.Length / 2) - 1] + (size / Margin);
        var hash = 0UL;
        for (var i = 0; i < values.Length; i++)
            hash |= values[i] > least ? 1UL << i : 0;

        return hash;
    }

    private static int Cosine(int frequency, int at) =>
        (int)Math.Round((1 << 14) * Math.Cos(Math.PI * frequency * ((2 * at) + 1) / (2 * Side)));
}
