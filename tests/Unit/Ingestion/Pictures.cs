using SkiaSharp;

namespace Pipeline.Tests.Unit.Ingestion;

/// <summary>Image files made on the spot.</summary>
internal static class Pictures
{
    /// <summary>Noise by its seed: another seed, another picture.</summary>
    public static SKBitmap Noise(int seed, int width, int height)
    {
        var random = new Random(seed);
        return Painted(width, height, (_, _) => new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
    }

    /// <summary>Discs by their seed: a picture that is still itself when it is scaled or encoded again.</summary>
    public static SKBitmap Scene(int seed, int side)
    {
        var random = new Random(seed);
        var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        for (var i = 0; i < 12; i++)
        {
            paint.Color = new SKColor((byte)random.Next(200), (byte)random.Next(200), (byte)random.Next(200));
            canvas.DrawCircle(random.NextSingle() * side, random.NextSingle() * side, (0.1f + (random.NextSingle() * 0.2f)) * side, paint);
        }

        return bitmap;
    }

    public static SKBitmap Painted(int width, int height, Func<int, int, SKColor> colour)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colour(x, y));
        }

        return bitmap;
    }

    public static byte[] Encoded(this SKBitmap bitmap, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 95)
    {
        using (bitmap)
        {
            using var data = bitmap.Encode(format, quality);
            return data.ToArray();
        }
    }

    public static byte[] Png(int seed, int size = 12) => Noise(seed, size, size).Encoded();

    /// <summary>A JPEG with the EXIF orientation put in.</summary>
    public static byte[] Turned(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0x00, 0x2A, 0, 0, 0, 8, 0x00, 0x01, 0x01, 0x12, 0x00, 0x03, 0, 0, 0, 1, 0x00, orientation, 0, 0, 0, 0, 0,
            0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. exif, .. jpeg.AsSpan(2)];
    }
}
