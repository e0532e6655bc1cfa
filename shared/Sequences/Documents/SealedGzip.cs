using System.IO.Compression;
using Pipeline.Lake.Places;

namespace Pipeline.Sequences.Documents;

/// <summary>A file in gzip with one more member behind its last, a seal. The framework's decompressor takes a file that is cut short for
/// one that ends; only one that is whole gives the seal.</summary>
/// <param name="length">Of the gzip in it; the file may be longer.</param>
internal sealed class SealedGzip(Stream file, long length) : ForwardStream
{
    private static readonly byte[] Seal = "\0whole gzip file\0"u8.ToArray();
    private static readonly byte[] Member = Packed(Seal);

    private readonly MemoryStream _seal = new(Member, writable: false);

    /// <summary>Cuts the seal off what was unpacked, and goes back to the start.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TakeOff(Stream unpacked)
    {
        var length = unpacked.Length - Seal.Length;
        if (length < 0)
            return false;

        var end = new byte[Seal.Length];
        unpacked.Position = length;
        unpacked.ReadExactly(end);
        unpacked.SetLength(length);
        unpacked.Position = 0;
        return end.AsSpan().SequenceEqual(Seal);
    }

    public override int Read(Span<byte> buffer)
    {
        var left = (int)Math.Clamp(length - file.Position, 0, buffer.Length);
        return Advance(file.Read(buffer[..left]) is > 0 and var read ? read : _seal.Read(buffer));
    }

    private static byte[] Packed(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(content);

        return buffer.ToArray();
    }
}
