using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>Where the directory at the end of a zip lies.</summary>
/// <param name="Entries">As it says.</param>
/// <param name="Shift">Bytes that were put before the zip after it was made: all its offsets are short by them.</param>
internal sealed record ZipDirectory(long Start, long Length, long Entries, long Shift)
{
    private const uint EndSignature = 0x06054B50;
    private const uint LocatorSignature = 0x07064B50;
    private const uint LargeEndSignature = 0x06064B50;
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int LargeEndBytes = 56;
    private const int MostComment = ushort.MaxValue;

    /// <returns>Null where there is none: the zip is cut short, or its end is damaged.</returns>
    public static ZipDirectory? Find(FileRange zip)
    {
        var tail = new byte[Math.Min(zip.Length, EndBytes + MostComment)];
        var tailStart = zip.Length - tail.Length;
        zip.Read(tailStart, tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature
                && at + EndBytes + BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == tail.Length
                && At(zip, tailStart + at, end) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static ZipDirectory? At(FileRange zip, long position, ReadOnlySpan<byte> end)
    {
        long entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (entries == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue)
        {
            if (LargeEnd(zip, position) is { } large)
                (position, entries, length, offset) = large;
        }

        var start = position - length;
        return length >= 0 && offset >= 0 && start >= offset ? new ZipDirectory(start, length, entries, start - offset) : null;
    }

    private static (long Position, long Entries, long Length, long Offset)? LargeEnd(FileRange zip, long position)
    {
        Span<byte> bytes = stackalloc byte[LargeEndBytes];
        if (position < LocatorBytes || zip.Read(position - LocatorBytes, bytes[..LocatorBytes]) < LocatorBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LocatorSignature)
        {
            return null;
        }

        var at = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (at < 0 || zip.Read(at, bytes) < LargeEndBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LargeEndSignature)
            return null;

        return (at, Long(bytes, 32), Long(bytes, 40), Long(bytes, 48));

        static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
    }
}

/// <summary>Names in a zip as text with <c>/</c>: neither their encoding nor their separator is certain (APPNOTE 6.3.10, 4.4.17 and
/// appendix D).</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 1 << 11;
    private const int UnicodePathExtra = 0x7075;
    private const int UnicodePathHead = 5;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly Encoding Ibm437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>FAT, HPFS, NTFS (as the specification and as Info-ZIP number it) and VFAT: a backslash cannot be part of a name
    /// there.</summary>
    private static readonly int[] Backslashed = [0, 6, 10, 11, 14];

    /// <param name="system">That the archive was made on; null where the entry's directory is lost.</param>
    public static string Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, int flags, int? system)
    {
        var text = Decoded(name, extra, (flags & Utf8Flag) != 0);
        // Without the directory nothing tells the system; a Unix name with backslashes alone is much rarer than a careless packer on
        // Windows.
        var separates = system is { } known ? Backslashed.Contains(known) : !text.Contains('/', StringComparison.Ordinal);
        // A drive leads out of the dataset; with its backslash it is refused.
        return separates && !HasDrive(text) ? text.Replace('\\', '/') : text;
    }

    private static bool HasDrive(string name) => name is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', '\\', ..];

    private static string Decoded(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, bool isUtf8) =>
        (isUtf8 ? Utf8(name) : null) ?? UnicodePath(name, extra) ?? Utf8(name) ?? Ibm437.GetString(name);

    /// <summary>Info-ZIP's own field, which holds while nobody has renamed the entry.</summary>
    private static string? UnicodePath(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        var field = ZipRecord.Extra(extra, UnicodePathExtra);
        return field.Length > UnicodePathHead && field[0] == 1
            && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name)
            ? Utf8(field[UnicodePathHead..])
            : null;
    }

    /// <returns>Null where it is none.</returns>
    private static string? Utf8(ReadOnlySpan<byte> name)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
