namespace Pipeline.Ingestion.Decoding;

/// <summary>
/// Brings the middle square of an image to the wanted size: every output pixel is the mean of the input area it covers, edges weighted by how much of them
/// lies inside. Unlike interpolation between single pixels, nothing is skipped, so fine structure turns grey instead of into false patterns.
/// </summary>
public static class AreaFilter
{
    /// <param name="plane">One channel, shape [height, width].</param>
    /// <param name="size">Side of the square to make.</param>
    /// <returns>Shape [size, size].</returns>
    public static byte[] Resize(ReadOnlySpan<byte> plane, int width, int height, int size)
    {
        if (width == size && height == size)
        {
            return plane.ToArray();
        }

        var side = Math.Min(width, height);
        var columns = Weights((width - side) / 2.0, side, size);
        var rows = Weights((height - side) / 2.0, side, size);

        // Along the rows first: [height, size], then down the columns.
        var narrow = new float[height * size];
        for (var y = 0; y < height; y++)
        {
            var row = plane.Slice(y * width, width);
            for (var x = 0; x < size; x++)
            {
                var (first, weights) = columns[x];
                var sum = 0f;
                for (var i = 0; i < weights.Length; i++)
                {
                    sum += weights[i] * row[first + i];
                }

                narrow[(y * size) + x] = sum;
            }
        }

        var result = new byte[size * size];
        for (var y = 0; y < size; y++)
        {
            var (first, weights) = rows[y];
            for (var x = 0; x < size; x++)
            {
                var sum = 0f;
                for (var i = 0; i < weights.Length; i++)
                {
                    sum += weights[i] * narrow[((first + i) * size) + x];
                }

                result[(y * size) + x] = (byte)Math.Clamp(sum + 0.5f, 0, 255);
            }
        }

        return result;
    }

    /// <summary>For each output position, the first input position that it covers and the share of each in it; shares sum to 1.</summary>
    private static (int First, float[] Weights)[] Weights(double offset, int side, int size)
    {
        var scale = (double)side / size;
        var all = new (int, float[])[size];
        for (var i = 0; i < size; i++)
        {
            var (from, to) = (offset + (i * scale), offset + ((i + 1) * scale));
            var first = (int)Math.Floor(from + 1e-9);
            var last = Math.Max(first, (int)Math.Ceiling(to - 1e-9) - 1);
            var weights = new float[last - first + 1];
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = (float)((Math.Min(to, first + j + 1) - Math.Max(from, first + j)) / scale);
            }

            all[i] = (first, weights);
        }

        return all;
    }
}
