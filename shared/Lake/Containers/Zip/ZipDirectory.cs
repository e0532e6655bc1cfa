using System.IO.Hashing;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>Where the directory at the end of a zip lies.</summary>
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

    /// <returns>Null without one: the zip is cut short, or its end is damaged.</returns>
    public static ZipDirectory? Find(FileRange zip)
    {
        var tail = new byte[Math.Min(zip.Length, EndBytes + MostComment)];
        var tailStart = zip.Length - tail.Length;
        zip.Read(tailStart, tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            var isEnd = ReadUInt32LittleEndian(end) == EndSignature && at + EndBytes + ReadUInt16LittleEndian(end[20..]) == tail.Length;
            if (isEnd && At(zip, tailStart + at, end) is { } found)
                return found;
        }

        return null;
    }

    private static ZipDirectory? At(FileRange zip, long position, ReadOnlySpan<byte> end)
    {
        long entries = ReadUInt16LittleEndian(end[10..]);
        long length = ReadUInt32LittleEndian(end[12..]);
        long offset = ReadUInt32LittleEndian(end[16..]);
        var isLarge = entries == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue;
        if (isLarge && LargeEnd(zip, position) is { } large)
            (position, entries, length, offset) = large;

        var start = position - length;
        return length >= 0 && offset >= 0 && start >= offset ? new ZipDirectory(start, length, entries, start - offset) : null;
    }

    private static (long Position, long Entries, long Length, long Offset)? LargeEnd(FileRange zip, long position)
    {
        Span<byte> bytes = stackalloc byte[LargeEndBytes];
        if (position < LocatorBytes || zip.Read(position - LocatorBytes, bytes[..LocatorBytes]) < LocatorBytes
            || ReadUInt32LittleEndian(bytes) != LocatorSignature)
        {
            return null;
        }

        var at = ReadInt64LittleEndian(bytes[8..]);
        if (at < 0 || zip.Read(at, bytes) < LargeEndBytes || ReadUInt32LittleEndian(bytes) != LargeEndSignature)
            return null;

        return (at, ReadInt64LittleEndian(bytes[32..]), ReadInt64LittleEndian(bytes[40..]), ReadInt64LittleEndian(bytes[48..]));
    }
}

/// <summary>Names in a zip as text with <c>/</c>: neither their encoding nor their separator is certain (APPNOTE 6.3.10, 4.4.17 and
/// appendix D).</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 1 << 11;
    private const int UnicodePathExtra = 0x7075;
    private const int UnicodePathHead = 5;
    private static readonly Encoding Ibm437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>FAT, HPFS, NTFS (as numbered by the specification and by Info-ZIP) and VFAT, where no name has a backslash.</summary>
    private static readonly int[] Backslashed = [0, 6, 10, 11, 14];

    /// <param name="system">That the archive was made on; null if the directory is lost.</param>
    public static string Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, int flags, int? system)
    {
        var text = Decoded(name, extra, (flags & Utf8Flag) != 0);
        // If the system is unknown: a Unix name with backslashes alone is much rarer than a careless packer on Windows.
        var separates = system is { } known ? Backslashed.Contains(known) : !text.Contains('/');
        // A drive leads out of the dataset; with its backslash it is refused.
        var hasDrive = text is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', '\\', ..];
        return separates && !hasDrive ? text.Replace('\\', '/') : text;
    }

    private static string Decoded(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, bool isUtf8) =>
        (isUtf8 ? Utf8(name) : null) ?? UnicodePath(name, extra) ?? Utf8(name) ?? Ibm437.GetString(name);

    /// <summary>Info-ZIP's own field, which holds while nobody has renamed the entry.</summary>
    private static string? UnicodePath(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        var field = ZipRecord.Extra(extra, UnicodePathExtra);
        var holds = field.Length > UnicodePathHead && field[0] == 1 && ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name);
        return holds ? Utf8(field[UnicodePathHead..]) : null;
    }

    /// <returns>Null if it is none.</returns>
    private static string? Utf8(ReadOnlySpan<byte> name) =>
        System.Text.Unicode.Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
}
