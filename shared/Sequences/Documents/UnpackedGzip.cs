using System.IO.Compression;
using Pipeline.Artifacts;

namespace Pipeline.Sequences.Documents;

/// <summary>A file in gzip, unpacked into a temporary one: all of it before any is used, as what is damaged at its end is
/// damaged.</summary>
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
            if (TryUnpack(file, length, most) is not (var unpacked, var isWhole))
                continue;

            if (isWhole)
                return unpacked;

            using (unpacked)
                throw Lost(file, format(unpacked), most, RejectionReason.UnpacksTooLarge, $"more than {most} bytes from {file.Length}");
        }

        using var part = Salvage(file, most);
        throw Lost(file, format(part), most, RejectionReason.Corrupt, "the gzip is cut short or damaged; nothing of it is used");
    }

    private static SequenceRejectedException Lost(Stream file, string format, long most, RejectionReason reason, string detail)
    {
        var lost = LostRecords.Of(file, format, most);
        var words = lost switch
        {
            0 => "how many records are lost nothing tells",
            1 => "about 1 record is lost",
            _ => $"about {lost} records are lost",
        };
        return new SequenceRejectedException(reason, $"{detail}; {words}", lost);
    }

    /// <summary>Where the gzip may end: at the file's end, or before the zeros that fill a tape's or disk's last block, which gzip ignores.
    /// Nobody tells which of them are still its own: at a wrong end its checksum fails.</summary>
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

    /// <returns>Null where it is damaged, or does not end there; not whole where it is too much.</returns>
    private static (FileStream Unpacked, bool IsWhole)? TryUnpack(Stream file, long length, long most)
    {
        var unpacked = TemporaryFile.Create();
        var isKept = false;
        try
        {
            file.Position = 0;
            using var gzip = new GZipStream(new SealedGzip(file, length), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, read);
                if (unpacked.Position > most)
                {
                    isKept = true;
                    return (unpacked, false);
                }
            }

            isKept = SealedGzip.TakeOff(unpacked);
            return isKept ? (unpacked, true) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            if (!isKept)
                unpacked.Dispose();
        }
    }

    /// <summary>What can be unpacked of its start, so that the format can be told.</summary>
    private static MemoryStream Salvage(Stream file, long most)
    {
        var start = new MemoryStream();
        file.Position = 0;
        using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[64];
        try
        {
            for (int read; start.Length < Math.Min(most, 1 << 12) && (read = gzip.Read(buffer)) > 0;)
                start.Write(buffer, 0, read);
        }
        catch (InvalidDataException)
        {
            // What came before it is enough.
        }

        start.Position = 0;
        return start;
    }
}
