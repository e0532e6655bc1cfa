using System.Text;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>The smallest of the formats that are read.</summary>
internal static class SmallBitmap
{
    /// <summary>24 bits a pixel, random.</summary>
    /// <param name="size">Side in pixels; a multiple of 4.</param>
    public static byte[] Random(int size, Random random)
    {
        var bytes = new byte[54 + (size * size * 3)];
        random.NextBytes(bytes.AsSpan(54));
        Encoding.ASCII.GetBytes("BM", bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(2), bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(10), 54);
        BitConverter.TryWriteBytes(bytes.AsSpan(14), 40);
        BitConverter.TryWriteBytes(bytes.AsSpan(18), size);
        BitConverter.TryWriteBytes(bytes.AsSpan(22), size);
        bytes[26] = 1;
        bytes[28] = 24;
        return bytes;
    }
}
