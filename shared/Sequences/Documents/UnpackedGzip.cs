using System.IO.Compression;
using Pipeline.Artifacts;
using Pipeline.Lake.Places;

namespace Pipeline.Sequences.Documents;

/// <summary>Unpacks a file in gzip into a temporary one: all of it before any is used, as damage may show only at its end.</summary>
internal static class UnpackedGzip
{
    /// <summary>Small files may unpack to this much whatever the ratio.</summary>
    private const long AlwaysUnpacked = 16 << 20;

    /// <summary>Zeros that a gzip may end with itself: its length and checksum, and an empty block.</summary>
    private const int MostZeros = 10;

    public static bool Is(Stream file)
    {
        Span<byte> head = stackalloc byte[3];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == head.Length && head.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]);
    }

    /// <param name="format">Tells the name of the format that is in it, as far as its first bytes say.</param>
    /// <exception cref="SequenceRejectedException">It is cut short or damaged, or unpacks to too much.</exception>
    public static FileStream Open(Stream file, SequenceRules rules, Func<Stream, string> format)
    {
        var most = (long)Math.Min(rules.MaxUnpackedBytes, Math.Max(AlwaysUnpacked, (double)file.Length * rules.MaxUnpackedRatio));
        foreach (var length in Lengths(file))
        {
            if (TryUnpack(file, length, most, out var isTooLarge) is { } unpacked)
                return unpacked;

            if (isTooLarge)
                throw Lost(RejectionReason.UnpacksTooLarge, $"more than {most} bytes from {file.Length}");
        }

        throw Lost(RejectionReason.Corrupt, "the gzip is cut short or damaged; nothing of it is used");

        SequenceRejectedException Lost(RejectionReason reason, string detail)
        {
            var lost = LostRecords.Of(file, most, format);
            var words = lost switch
            {
                0 => "how many records are lost nothing tells",
                1 => "about 1 record is lost",
                _ => $"about {lost} records are lost",
            };
            return new SequenceRejectedException(reason, $"{detail}; {words}", lost);
        }
    }

    /// <summary>Where the gzip may end: at the file's end, or before the zeros that fill a tape's or disk's last block, which gzip ignores.
    /// Some zeros may be its own: at a wrong end its checksum fails.</summary>
    private static IEnumerable<long> Lengths(Stream file)
    {
        yield return file.Length;
        var end = ZerosStart(file);
        for (var length = end; length < file.Length && length <= end + MostZeros; length++)
            yield return length;
    }

    private static long ZerosStart(Stream file)
    {
        var buffer = new byte[1 << 12];
        for (var end = file.Length; end > 0;)
        {
            var block = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end));
            file.Position = end - block.Length;
            file.ReadExactly(block);
            if (block.LastIndexOfAnyExcept((byte)0) is >= 0 and var last)
                return end - block.Length + last + 1;

            end -= block.Length;
        }

        return 0;
    }

    /// <returns>Null where it is damaged, does not end there, or is too large.</returns>
    private static FileStream? TryUnpack(Stream file, long length, long most, out bool isTooLarge)
    {
        isTooLarge = false;
        var unpacked = TemporaryFile.Create();
        var isWhole = false;
        try
        {
            file.Position = 0;
            using var gzip = new GZipStream(new SealedGzip(file, length), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            for (int read; !isTooLarge && (read = gzip.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, read);
                isTooLarge = unpacked.Position > most;
            }

            isWhole = !isTooLarge && SealedGzip.TakeOff(unpacked);
            return isWhole ? unpacked : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            if (!isWhole)
                unpacked.Dispose();
        }
    }
}

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
