using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Ingestion.Images;

/// <summary>
/// Scales the largest centred square of an image to S×S: each new pixel is the mean over the area it covers, edge pixels counted by the exact fraction
/// covered. So nothing aliases when an image shrinks; when it grows, pixels become blocks with mixed edges. All sums are of whole numbers, in units of
/// 1/(2·S) of a pixel, so that every processor makes the same bits.
/// </summary>
public static class AreaResampler
{
    /// <param name="source">Rows of pixels, each of <paramref name="step"/> bytes.</param>
    /// <param name="step">1 or 4.</param>
    /// <param name="target">Shape [S, S, step], unrounded.</param>
    public static void Resample(ReadOnlySpan<byte> source, int width, int height, int step, int size, Span<float> target)
    {
        var side = Math.Min(width, height);
        var left = (width - side) / 2;
        var columns = new Axis(width, side, size);
        var rows = new Axis(height, side, size);
        // An odd margin halves a pixel, so the square may touch one more.
        var touched = Math.Min(side + 1, width - left);
        var sums = ArrayPool<uint>.Shared.Rent(touched * step);
        var weights = ArrayPool<uint>.Shared.Rent((2 * touched) + (2 * size));
        try
        {
            columns.WriteWeights(weights);
            var line = sums.AsSpan(0, touched * step);
            for (var y = 0; y < size; y++)
            {
                line.Clear();
                for (var row = rows.First(y); row <= rows.Last(y); row++)
                {
                    Add(source.Slice(((row * width) + left) * step, line.Length), rows.Weight(y, row), line);
                }

                var made = target.Slice(y * size * step, size * step);
                if (step == 4)
                {
                    ShrinkFours(line, left, columns, weights, made);
                }
                else
                {
                    ShrinkOnes(line, left, columns, weights, made);
                }
            }
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(sums);
            ArrayPool<uint>.Shared.Return(weights);
        }
    }

    private static void Add(ReadOnlySpan<byte> row, uint weight, Span<uint> sums)
    {
        var at = 0;
        for (; at <= row.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[at..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            var four = MemoryMarshal.Cast<uint, Vector<uint>>(sums.Slice(at, Vector<byte>.Count));
            four[0] += first * weight;
            four[1] += second * weight;
            four[2] += third * weight;
            four[3] += fourth * weight;
        }

        for (; at < row.Length; at++)
        {
            sums[at] += row[at] * weight;
        }
    }

    private static void ShrinkFours(ReadOnlySpan<uint> line, int left, Axis columns, ReadOnlySpan<uint> weights, Span<float> target)
    {
        var pixels = MemoryMarshal.Cast<uint, Vector128<uint>>(line);
        var targets = MemoryMarshal.Cast<float, Vector128<float>>(target);
        var scale = 1 / columns.TotalArea;
        var fits = byte.MaxValue * columns.TotalArea <= uint.MaxValue;
        var at = 0;
        for (var x = 0; x < targets.Length; x++)
        {
            var (first, last) = (columns.First(x) - left, columns.Last(x) - left);
            if (fits)
            {
                var sum = Vector128<uint>.Zero;
                for (var column = first; column <= last; column++)
                {
                    sum += pixels[column] * weights[at++];
                }

                targets[x] = Vector128.Create((float)(sum[0] * scale), (float)(sum[1] * scale), (float)(sum[2] * scale), (float)(sum[3] * scale));
            }
            else
            {
                var (low, high) = (Vector128<ulong>.Zero, Vector128<ulong>.Zero);
                for (var column = first; column <= last; column++)
                {
                    var (lower, upper) = Vector128.Widen(pixels[column]);
                    low += lower * weights[at];
                    high += upper * weights[at++];
                }

                targets[x] = Vector128.Create((float)(low[0] * scale), (float)(low[1] * scale), (float)(high[0] * scale), (float)(high[1] * scale));
            }
        }
    }

    private static void ShrinkOnes(ReadOnlySpan<uint> line, int left, Axis columns, ReadOnlySpan<uint> weights, Span<float> target)
    {
        var scale = 1 / columns.TotalArea;
        var at = 0;
        for (var x = 0; x < target.Length; x++)
        {
            var (last, sum) = (columns.Last(x) - left, 0UL);
            for (var column = columns.First(x) - left; column <= last; column++)
            {
                sum += (ulong)line[column] * weights[at++];
            }

            target[x] = (float)(sum * scale);
        }
    }

    /// <summary>The source pixels under each new pixel along one axis, in whole units.</summary>
    private readonly struct Axis(int length, int side, int size)
    {
        private readonly long _unit = 2L * size;

        /// <summary>Of one new pixel, both axes together.</summary>
        public double TotalArea => 4.0 * side * side;

        public int First(int i) => (int)(From(i) / _unit);

        public int Last(int i) => (int)((From(i + 1) - 1) / _unit);

        public uint Weight(int i, int pixel) => (uint)(Math.Min(From(i + 1), (pixel + 1) * _unit) - Math.Max(From(i), pixel * _unit));

        public void WriteWeights(Span<uint> weights)
        {
            var at = 0;
            for (var i = 0; i < size; i++)
            {
                for (var pixel = First(i); pixel <= Last(i); pixel++)
                {
                    weights[at++] = Weight(i, pixel);
                }
            }
        }

        private long From(int i) => ((long)(length - side) * size) + (2L * i * side);
    }
}
