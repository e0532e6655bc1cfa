using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Pipeline.Tests.Unit.Images.Hostile;

/// <summary>A PNG, chunk by chunk.</summary>
internal static class Png
{
    public static byte[] Signature { get; } = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static byte[] Header(uint width, uint height, byte bits, byte colour, byte interlacing = 0)
    {
        var body = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(body, width);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(4), height);
        (body[8], body[9], body[12]) = (bits, colour, interlacing);
        return Chunk("IHDR", body);
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        byte[] summed = [.. Encoding.ASCII.GetBytes(type), .. body];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.HashToUInt32(summed));
        return [.. length, .. summed, .. sum];
    }

    /// <param name="rows">Each after the byte of its filter.</param>
    public static byte[] Packed(byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
            zlib.Write(rows);

        return packed.ToArray();
    }
}
