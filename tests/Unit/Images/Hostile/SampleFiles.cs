using System.Buffers.Binary;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;

namespace Pipeline.Tests.Unit.Images.Hostile;

/// <summary>Whole files of each kind, from noise, so that no part of them is idle.</summary>
internal static class SampleFiles
{
    public static IReadOnlyDictionary<string, byte[]> All { get; } = new Dictionary<string, byte[]>
    {
        ["baseline JPEG"] = Pictures.Noise(1, 64, 64).Encoded(SKEncodedImageFormat.Jpeg, 90),
        ["PNG"] = Pictures.Noise(2, 32, 32).Encoded(),
        ["GIF"] = Gif(32, 32),
        ["BMP"] = Bmp(32, 32),
        ["lossy WebP"] = Pictures.Noise(3, 48, 48).Encoded(SKEncodedImageFormat.Webp, 80),
        ["lossless WebP"] = Pictures.Noise(4, 32, 32).Encoded(SKEncodedImageFormat.Webp, 100),
    };

    /// <summary>Rows of a PNG, without filters.</summary>
    public static byte[] NoiseRows(int height, int rowBytes)
    {
        var rows = new byte[height * (rowBytes + 1)];
        new Random(height).NextBytes(rows);
        for (var row = 0; row < height; row++)
            rows[row * (rowBytes + 1)] = 0;

        return rows;
    }

    /// <summary>256 shades of grey; codes of nine bits, the table emptied before it grows.</summary>
    public static byte[] Gif(int width, int height)
    {
        const int Clear = 256, End = 257, CodeBits = 9, BetweenClears = 200;
        var random = new Random(5);
        List<int> codes = [];
        for (var i = 0; i < width * height; i++)
        {
            if (i % BetweenClears == 0)
                codes.Add(Clear);

            codes.Add(random.Next(256));
        }

        codes.Add(End);
        var data = new byte[((codes.Count * CodeBits) + 7) / 8];
        for (var bit = 0; bit < codes.Count * CodeBits; bit++)
            data[bit / 8] |= (byte)(((codes[bit / CodeBits] >> (bit % CodeBits)) & 1) << (bit % 8));

        List<byte> file = [.. "GIF89a"u8, (byte)width, 0, (byte)height, 0, 0xF7, 0, 0];
        file.AddRange(Enumerable.Range(0, 256).SelectMany(shade => Enumerable.Repeat((byte)shade, 3)));
        file.AddRange([0x2C, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 8]);
        foreach (var block in data.Chunk(255))
            file.AddRange([(byte)block.Length, .. block]);

        file.AddRange([0, 0x3B]);
        return [.. file];
    }

    public static byte[] Bmp(int width, int height)
    {
        var bytes = new byte[54 + (width * height * 3)];
        new Random(6).NextBytes(bytes.AsSpan(54));
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        (bytes[26], bytes[28]) = (1, 24);
        return bytes;
    }
}
