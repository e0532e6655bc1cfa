using System.Buffers.Binary;

namespace Pipeline.Tests.Integration.Lake;

/// <summary>Images made on the spot: noise by its seed.</summary>
internal static class Bitmaps
{
    private const int Header = 54;

    /// <summary>A Windows bitmap of 24 bits a pixel.</summary>
    public static byte[] Bmp(int seed, int size = 8)
    {
        var stride = (3 * size + 3) / 4 * 4;
        var file = new byte[Header + (stride * size)];
        new Random(seed).NextBytes(file.AsSpan(Header));
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), Header);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), size);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), size);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        return file;
    }

    /// <summary>An IDX file: header, then the data.</summary>
    public static byte[] Idx(byte[] data, params int[] sizes)
    {
        var header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);

        return [.. header, .. data];
    }

    public static byte[] Noise(int seed, int bytes)
    {
        var noise = new byte[bytes];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
