using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Images;

/// <summary>Scales the largest centred square of an image to S×S: each new pixel is the mean over the area it covers, edge pixels counted
/// by the exact fraction covered. So nothing aliases when an image shrinks; when it grows, pixels become blocks with mixed edges. All sums
/// are of whole numbers, in units of 1/(2·S) of a pixel, so that every processor makes the same bits.</summary>
public static class AreaResampler
{
    /// <summary>Rows whose sum surely fits into 16 bits.</summary>
    private const int MostWhole = ushort.MaxValue / byte.MaxValue;

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
        var reaches = ArrayPool<Reach>.Shared.Rent(size);
        try
        {
            columns.Write(reaches.AsSpan(0, size), weights, left);
            var line = sums.AsSpan(0, touched * step);
            for (var y = 0; y < size; y++)
            {
                var (first, last) = (rows.First(y), rows.Last(y));
                var part = new Rows(width * step, rows.Weight(y, first), rows.Weight(y, last), last - first + 1);
                part.Sum(source[(((first * width) + left) * step)..], rows.Unit, line);
                var made = target.Slice(y * size * step, size * step);
                if (step == 4)
                    ShrinkFours(line, reaches, weights, columns.TotalArea, made);
                else
                    ShrinkOnes(line, reaches, weights, columns.TotalArea, made);
            }
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(sums);
            ArrayPool<uint>.Shared.Return(weights);
            ArrayPool<Reach>.Shared.Return(reaches);
        }
    }

    private static void ShrinkFours(
        ReadOnlySpan<uint> line, ReadOnlySpan<Reach> reaches, ReadOnlySpan<uint> weights, double area, Span<float> target)
    {
        var pixels = MemoryMarshal.Cast<uint, Vector128<uint>>(line);
        var targets = MemoryMarshal.Cast<float, Vector128<float>>(target);
        var scale = 1 / area;
        var fits = byte.MaxValue * area <= uint.MaxValue;
        var at = 0;
        for (var x = 0; x < targets.Length; x++)
        {
            var (first, last) = reaches[x];
            if (fits)
            {
                var sum = Vector128<uint>.Zero;
                for (var column = first; column <= last; column++)
                    sum += pixels[column] * weights[at++];

                targets[x] = Vector128.Create(
                    (float)(sum[0] * scale), (float)(sum[1] * scale), (float)(sum[2] * scale), (float)(sum[3] * scale));
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

                targets[x] = Vector128.Create(
                    (float)(low[0] * scale), (float)(low[1] * scale), (float)(high[0] * scale), (float)(high[1] * scale));
            }
        }
    }

    private static void ShrinkOnes(
        ReadOnlySpan<uint> line, ReadOnlySpan<Reach> reaches, ReadOnlySpan<uint> weights, double area, Span<float> target)
    {
        var scale = 1 / area;
        var at = 0;
        for (var x = 0; x < target.Length; x++)
        {
            var (first, last) = reaches[x];
            var sum = 0UL;
            for (var column = first; column <= last; column++)
                sum += (ulong)line[column] * weights[at++];

            target[x] = (float)(sum * scale);
        }
    }

    /// <summary>Rows of one new pixel; those between the first and the last are covered whole.</summary>
    /// <param name="stride">Bytes from row to row.</param>
    private readonly ref struct Rows(int stride, uint firstWeight, uint lastWeight, int count)
    {
        /// <summary>Sums each column, in registers.</summary>
        /// <param name="source">From the first of them on.</param>
        /// <param name="whole">Weight of the rows between.</param>
        public void Sum(ReadOnlySpan<byte> source, uint whole, Span<uint> sums)
        {
            var at = 0;
            for (; at <= sums.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            {
                var four = new Four();
                four.Add(new Vector<byte>(source[at..]), firstWeight);
                for (var row = 1; row < count - 1;)
                {
                    var (low, high) = (Vector<ushort>.Zero, Vector<ushort>.Zero);
                    for (var end = Math.Min(row + MostWhole, count - 1); row < end; row++)
                    {
                        Vector.Widen(new Vector<byte>(source[((row * stride) + at)..]), out var left, out var right);
                        low += left;
                        high += right;
                    }

                    four.Add(low, high, whole);
                }

                if (count > 1)
                    four.Add(new Vector<byte>(source[(((count - 1) * stride) + at)..]), lastWeight);

                four.CopyTo(sums[at..]);
            }

            for (; at < sums.Length; at++)
            {
                var sum = source[at] * firstWeight;
                for (var row = 1; row < count; row++)
                    sum += source[(row * stride) + at] * (row == count - 1 ? lastWeight : whole);

                sums[at] = sum;
            }
        }
    }

    /// <summary>Sums of as many columns as a vector has bytes.</summary>
    private struct Four
    {
        private Vector<uint> _first;
        private Vector<uint> _second;
        private Vector<uint> _third;
        private Vector<uint> _fourth;

        public void Add(Vector<byte> row, uint weight)
        {
            Vector.Widen(row, out var low, out var high);
            Add(low, high, weight);
        }

        public void Add(Vector<ushort> low, Vector<ushort> high, uint weight)
        {
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            _first += first * weight;
            _second += second * weight;
            _third += third * weight;
            _fourth += fourth * weight;
        }

        public readonly void CopyTo(Span<uint> sums)
        {
            var four = MemoryMarshal.Cast<uint, Vector<uint>>(sums[..Vector<byte>.Count]);
            (four[0], four[1], four[2], four[3]) = (_first, _second, _third, _fourth);
        }
    }

    /// <param name="Last">Included.</param>
    private readonly record struct Reach(int First, int Last);

    /// <summary>The source pixels under each new pixel along one axis, in whole units.</summary>
    private readonly struct Axis(int length, int side, int size)
    {
        private readonly long _unit = 2L * size;

        /// <summary>Of a pixel that is covered whole.</summary>
        public uint Unit => (uint)_unit;

        /// <summary>Of one new pixel, both axes together.</summary>
        public double TotalArea => 4.0 * side * side;

        public int First(int i) => (int)(From(i) / _unit);

        public int Last(int i) => (int)((From(i + 1) - 1) / _unit);

        public uint Weight(int i, int pixel) => (uint)(Math.Min(From(i + 1), (pixel + 1) * _unit) - Math.Max(From(i), pixel * _unit));

        /// <param name="weights">Of the pixels of each reach, one reach after the other.</param>
        /// <param name="start">The pixel that reaches count from.</param>
        public void Write(Span<Reach> reaches, Span<uint> weights, int start)
        {
            var at = 0;
            for (var i = 0; i < size; i++)
            {
                reaches[i] = new Reach(First(i) - start, Last(i) - start);
                for (var pixel = First(i); pixel <= Last(i); pixel++)
                    weights[at++] = Weight(i, pixel);
            }
        }

        private long From(int i) => ((long)(length - side) * size) + (2L * i * side);
    }
}
