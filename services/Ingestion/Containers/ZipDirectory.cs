using System.Buffers.Binary;

namespace Pipeline.Ingestion.Containers;

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
            {
                (position, entries, length, offset) = large;
            }
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
        return at >= 0 && zip.Read(at, bytes) == LargeEndBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == LargeEndSignature
            ? (at, BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]))
            : null;
    }
}
