using System.IO.Compression;

namespace Pipeline.Ingestion.Sequences;

/// <summary>
/// A file in gzip with one more member behind its last, a seal. The framework's decompressor takes a file that is cut short for one that ends; only one that is whole gives the seal.
/// </summary>
/// <param name="length">Of the gzip in it; the file may be longer.</param>
internal sealed class SealedGzip(Stream file, long length) : Stream
{
    private static readonly byte[] Seal = "\0whole gzip file\0"u8.ToArray();
    private static readonly byte[] Member = Packed(Seal);

    private readonly MemoryStream _seal = new(Member, writable: false);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Cuts the seal off what was unpacked, and goes back to the start.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TakeOff(Stream unpacked)
    {
        var length = unpacked.Length - Seal.Length;
        if (length < 0)
        {
            return false;
        }

        var end = new byte[Seal.Length];
        unpacked.Position = length;
        unpacked.ReadExactly(end);
        unpacked.SetLength(length);
        unpacked.Position = 0;
        return end.AsSpan().SequenceEqual(Seal);
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        file.Read(buffer, offset, (int)Math.Clamp(length - file.Position, 0, count)) is > 0 and var read ? read : _seal.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Packed(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return buffer.ToArray();
    }
}
