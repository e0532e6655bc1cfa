using Pipeline.Images;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Likeness;

/// <summary>Ways in which a grey image of 28×28 comes a second time, nearly the same.</summary>
internal static class Copies
{
    private const int Side = 28;

    public static IReadOnlyList<(string Name, Func<byte[], byte[]> Alter)> All { get; } =
    [
        ("JPEG of quality 50", pixels => Jpeg(pixels, 50)),
        ("JPEG of quality 75", pixels => Jpeg(pixels, 75)),
        ("doubled", pixels => Area(Larger(pixels, 2 * Side), 2 * Side, 0)),
        ("shrunk to 20", pixels => Area(Resampled(pixels, Side, 20), 20, 0)),
        ("brighter by a tenth", pixels => [.. pixels.Select(value => Rounded(Math.Min(value * 1.1f, byte.MaxValue)))]),
        ("brighter by 15", pixels => [.. pixels.Select(value => Rounded(Math.Min(value + 15f, byte.MaxValue)))]),
        ("cropped by half a pixel", pixels => Area(pixels, Side, 1)),
        ("cropped by a pixel", pixels => Area(pixels, Side, 2)),
    ];

    /// <summary>A square back to 28×28, without so many half pixels at each edge.</summary>
    private static byte[] Area(byte[] pixels, int side, int halves)
    {
        var kept = 2 * (side - halves);
        var cropped = new byte[kept * kept];
        for (var i = 0; i < cropped.Length; i++)
            cropped[i] = pixels[(((i / kept) + halves) / 2 * side) + (((i % kept) + halves) / 2)];

        return Resampled(cropped, kept, Side);
    }

    private static byte[] Resampled(byte[] pixels, int side, int size)
    {
        var made = new float[size * size];
        AreaResampler.Resample(pixels, side, side, step: 1, size, made);
        return [.. made.Select(Rounded)];
    }

    private static byte[] Larger(byte[] pixels, int side)
    {
        using var bitmap = Bitmap(pixels);
        using var larger = bitmap.Resize(new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque), new SKSamplingOptions(SKFilterMode.Linear));
        return larger.GetPixelSpan().ToArray();
    }

    private static byte[] Jpeg(byte[] pixels, int quality)
    {
        using var bitmap = Bitmap(pixels);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        using var decoded = SKBitmap.Decode(encoded.ToArray(), new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        return decoded.GetPixelSpan().ToArray();
    }

    private static SKBitmap Bitmap(byte[] pixels)
    {
        var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        pixels.CopyTo(bitmap.GetPixelSpan());
        return bitmap;
    }

    private static byte Rounded(float value) => (byte)MathF.Round(value);
}
