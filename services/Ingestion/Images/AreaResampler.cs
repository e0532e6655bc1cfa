namespace Pipeline.Ingestion.Images;

/// <summary>
/// Scales a square of an image to S×S: each new pixel is the mean over the area it covers, edge pixels counted by the exact fraction covered. So
/// nothing aliases when an image shrinks; when it grows, pixels become blocks with mixed edges.
/// </summary>
public static class AreaResampler
{
    /// <param name="source">Rows of pixels, each of <paramref name="step"/> bytes, of which the first <paramref name="channels"/> are used.</param>
    /// <param name="left">Left edge of the square, in pixels; may be a half.</param>
    /// <param name="top">Top edge.</param>
    /// <param name="side">Of the square, which lies within the image.</param>
    /// <returns>Shape [S, S, channels], unrounded.</returns>
    public static float[] Resample(ReadOnlySpan<byte> source, int width, int step, int channels, double left, double top, double side, int size)
    {
        var columns = Span.Cover(left, side, size);
        var rows = Span.Cover(top, side, size);
        var target = new float[size * size * channels];
        var line = new float[size * channels];
        for (var y = 0; y < size; y++)
        {
            var sum = target.AsSpan(y * line.Length, line.Length);
            for (var row = 0; row < rows[y].Weights.Length; row++)
            {
                Shrink(source.Slice((rows[y].First + row) * width * step, width * step), step, channels, columns, line);
                var weight = rows[y].Weights[row];
                for (var i = 0; i < line.Length; i++)
                {
                    sum[i] += weight * line[i];
                }
            }
        }

        return target;
    }

    private static void Shrink(ReadOnlySpan<byte> row, int step, int channels, Span[] columns, float[] line)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var (first, weights) = columns[x];
            for (var channel = 0; channel < channels; channel++)
            {
                var sum = 0f;
                var at = (first * step) + channel;
                foreach (var weight in weights)
                {
                    sum += weight * row[at];
                    at += step;
                }

                line[(x * channels) + channel] = sum;
            }
        }
    }

    /// <summary>The source pixels under one new pixel, along one axis, and how much each counts; the weights add up to 1.</summary>
    private readonly record struct Span(int First, float[] Weights)
    {
        public static Span[] Cover(double start, double side, int size)
        {
            var spans = new Span[size];
            for (var i = 0; i < size; i++)
            {
                // i · side / size, and not i · (side / size): whole edges stay whole.
                var from = start + (i * side / size);
                var to = start + ((i + 1) * side / size);
                var first = (int)Math.Floor(from);
                var weights = new float[Math.Max((int)Math.Ceiling(to) - first, 1)];
                for (var j = 0; j < weights.Length; j++)
                {
                    weights[j] = (float)((Math.Min(to, first + j + 1) - Math.Max(from, first + j)) / (to - from));
                }

                spans[i] = new Span(first, weights);
            }

            return spans;
        }
    }
}
