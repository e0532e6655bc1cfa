using System.Runtime.InteropServices;
using SkiaSharp;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Samples as pictures.</summary>
public static class PngImage
{
    /// <param name="pixels">Planes of a square image, [channels, size, size].</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int channels, int size)
    {
        if (channels is not (1 or 3) || pixels.Length != channels * size * size)
        {
            throw new ArgumentException($"{pixels.Length} bytes are no image of {channels} × {size} × {size}; 1 and 3 channels are possible.", nameof(pixels));
        }

        var plane = size * size;
        var (green, blue) = channels == 1 ? (0, 0) : (plane, 2 * plane);
        var colours = new byte[plane * 4];
        for (var i = 0; i < plane; i++)
        {
            colours[4 * i] = pixels[i];
            colours[(4 * i) + 1] = pixels[i + green];
            colours[(4 * i) + 2] = pixels[i + blue];
            colours[(4 * i) + 3] = byte.MaxValue;
        }

        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(colours, 0, bitmap.GetPixels(), colours.Length);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
