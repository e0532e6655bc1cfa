using System.Buffers;
using System.Numerics;
using Pipeline.Contracts;
using Pipeline.Ingestion.Images;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// pHash (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"): the luma at 32×32, its cosine transform, and of the 8×8 lowest
/// frequencies without the constant ones a bit each: whether it is above their median, by a quarter of their mean size. Of a symmetric drawing half of them are nothing but noise about their
/// median, and without that margin its hash changes with every encoding. In whole numbers, so that every machine finds the same.
/// </summary>
public static class PerceptualHash
{
    private const int Side = 32;
    private const int Kept = 8;

    /// <summary>Pixels are kept to this fraction of a grey level.</summary>
    private const int Fractions = 64;

    /// <summary>Of the mean size of the values.</summary>
    private const int Margin = 4;

    private static readonly int[] Cosines = [.. from frequency in Enumerable.Range(1, Kept) from at in Enumerable.Range(0, Side) select Cosine(frequency, at)];

    /// <param name="pixels">Of one sample, [C, S, S].</param>
    public static ulong Of(ReadOnlySpan<byte> pixels, InputSpec input)
    {
        Span<float> small = stackalloc float[Side * Side];
        var luma = ArrayPool<byte>.Shared.Rent(input.Size * input.Size);
        try
        {
            var plane = luma.AsSpan(0, input.Size * input.Size);
            Luma.Write(pixels, input, plane);
            AreaResampler.Resample(plane, input.Size, input.Size, step: 1, Side, small);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(luma);
        }

        Span<int> whole = stackalloc int[Side * Side];
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] = (int)MathF.Round(small[i] * Fractions);
        }

        Span<long> across = stackalloc long[Side * Kept];
        for (var row = 0; row < Side; row++)
        {
            for (var frequency = 0; frequency < Kept; frequency++)
            {
                across[(row * Kept) + frequency] = Product(whole.Slice(row * Side, Side), Cosines.AsSpan(frequency * Side, Side));
            }
        }

        Span<long> lowest = stackalloc long[Kept * Kept];
        for (var i = 0; i < lowest.Length; i++)
        {
            for (var row = 0; row < Side; row++)
            {
                lowest[i] += across[(row * Kept) + (i % Kept)] * Cosines[(i / Kept * Side) + row];
            }
        }

        return WellAboveMedian(lowest);
    }

    /// <summary>Each product fits into 32 bits (255 · 64 · 2¹⁴ is below 2³¹), their sum does not.</summary>
    private static long Product(ReadOnlySpan<int> pixels, ReadOnlySpan<int> cosines)
    {
        var sums = Vector<long>.Zero;
        var at = 0;
        for (; at <= pixels.Length - Vector<int>.Count; at += Vector<int>.Count)
        {
            Vector.Widen(new Vector<int>(pixels[at..]) * new Vector<int>(cosines[at..]), out var low, out var high);
            sums += low + high;
        }

        var sum = Vector.Sum(sums);
        for (; at < pixels.Length; at++)
        {
            sum += (long)pixels[at] * cosines[at];
        }

        return sum;
    }

    private static ulong WellAboveMedian(ReadOnlySpan<long> values)
    {
        Span<long> sorted = stackalloc long[values.Length];
        values.CopyTo(sorted);
        sorted.Sort();
        var size = 0L;
        foreach (var value in values)
        {
            size += Math.Abs(value) / values.Length;
        }

        var least = sorted[(values.Length / 2) - 1] + (size / Margin);
        var hash = 0UL;
        for (var i = 0; i < values.Length; i++)
        {
            hash |= values[i] > least ? 1UL << i : 0;
        }

        return hash;
    }

    private static int Cosine(int frequency, int at) => (int)Math.Round((1 << 14) * Math.Cos(Math.PI * frequency * ((2 * at) + 1) / (2 * Side)));
}
