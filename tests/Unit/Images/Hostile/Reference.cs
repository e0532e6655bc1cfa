using SkiaSharp;

namespace Pipeline.Tests.Unit.Images.Hostile;

/// <summary>What an image shows at a size, pixel by pixel.</summary>
internal static class Reference
{
    /// <param name="bitmap">RGBA, not multiplied by alpha, which does not count where it is said to be opaque.</param>
    /// <returns>Shape [3, S, S], unrounded: the mean over the area, laid over white.</returns>
    public static double[] Square(SKBitmap bitmap, int size)
    {
        var side = Math.Min(bitmap.Width, bitmap.Height);
        var (left, top, extent) = ((bitmap.Width - side) / 2.0, (bitmap.Height - side) / 2.0, (double)side / size);
        var pixels = bitmap.Bytes;
        var made = new double[3 * size * size];
        for (var i = 0; i < size * size; i++)
        {
            var (x, y) = (left + (i % size * extent), top + (i / size * extent));
            for (var row = (int)y; row < Math.Min(bitmap.Height, Math.Ceiling(y + extent)); row++)
            {
                for (var column = (int)x; column < Math.Min(bitmap.Width, Math.Ceiling(x + extent)); column++)
                {
                    var share = Math.Max(0, Math.Min(x + extent, column + 1) - Math.Max(x, column)) * Math.Max(0, Math.Min(y + extent, row + 1) - Math.Max(y, row)) / (extent * extent);
                    var at = ((row * bitmap.Width) + column) * 4;
                    var alpha = bitmap.AlphaType == SKAlphaType.Opaque ? 1 : pixels[at + 3] / 255.0;
                    for (var channel = 0; channel < 3; channel++)
                        made[(channel * size * size) + i] += share * ((pixels[at + channel] * alpha) + (255 * (1 - alpha)));
                }
            }
        }

        return made;
    }
}
