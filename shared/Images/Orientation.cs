using SkiaSharp;

namespace Pipeline.Images;

/// <summary>Where the stored top left corner belongs (EXIF tag 0x0112).</summary>
public static class Orientation
{
    /// <summary>Whether width and height change places.</summary>
    public static bool Transposes(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>The stored place (column, row) of what is shown at (x, y) of a square of that size.</summary>
    public static (int X, int Y) Stored(SKEncodedOrigin origin, int x, int y, int size)
    {
        var (right, bottom) = (size - 1 - x, size - 1 - y);
        return origin switch
        {
            SKEncodedOrigin.TopRight => (right, y),
            SKEncodedOrigin.BottomRight => (right, bottom),
            SKEncodedOrigin.BottomLeft => (x, bottom),
            SKEncodedOrigin.LeftTop => (y, x),
            SKEncodedOrigin.RightTop => (y, right),
            SKEncodedOrigin.RightBottom => (bottom, right),
            SKEncodedOrigin.LeftBottom => (bottom, x),
            _ => (x, y),
        };
    }

    /// <param name="stored">Shape [N, S, S].</param>
    /// <returns>What is shown; the same array where that is what is stored.</returns>
    public static byte[] Shown(byte[] stored, int size, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return stored;

        var shown = new byte[stored.Length];
        for (var at = 0; at < shown.Length; at++)
        {
            var (plane, place) = (at / (size * size), at % (size * size));
            var (x, y) = Stored(origin, place % size, place / size, size);
            shown[at] = stored[(plane * size * size) + (y * size) + x];
        }

        return shown;
    }
}
