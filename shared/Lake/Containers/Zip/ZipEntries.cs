using static System.Buffers.Binary.BinaryPrimitives;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>What a zip says of its entries, one by one: in its directory or, if that is lost, before each content.</summary>
internal static class ZipEntries
{
    private const uint DescriptorSignature = 0x08074B50;

    /// <summary>By the directory.</summary>
    /// <exception cref="InvalidDataException">The directory is damaged.</exception>
    public static IEnumerable<ZipRecord> Listed(FileRange zip, ZipDirectory directory)
    {
        using var stream = new BufferedStream(zip.Part(directory.Start, directory.Length).Open(), 1 << 16);
        while (stream.Position < directory.Length)
        {
            var record = ZipRecord.ReadDirectory(stream);
            yield return record with { Header = record.Header + directory.Shift };
        }
    }

    /// <summary>From the start of a zip without a directory, up to where it breaks off.</summary>
    public static IEnumerable<ZipRecord> Scanned(FileRange zip, MembersLeft left)
    {
        var position = 0L;
        while (Local(zip, position) is { } record && ContentStart(zip, position) is { } start)
        {
            if (record.IsDescribedAfter && record.Packed == 0 && !record.IsDirectory)
                record = Described(zip, record, start);

            if (record is null || record.Packed > zip.Length - start)
                break;

            yield return record;
            position = start + record.Packed;
            if (record.IsDescribedAfter)
                position += HasSignature(zip, position, DescriptorSignature) ? 16 : 12;

            left.Position = position;
        }

        // Where its directory begins all entries are read, however damaged that is.
        left.IsCut = true;
        left.Told = HasSignature(zip, position, ZipRecord.DirectorySignature) ? 0 : null;
    }

    /// <returns>Null if there is no header before the content.</returns>
    public static long? ContentStart(FileRange zip, long header)
    {
        Span<byte> local = stackalloc byte[ZipRecord.LocalBytes];
        return header >= 0 && zip.Read(header, local) == local.Length && ReadUInt32LittleEndian(local) == ZipRecord.LocalSignature
            ? header + local.Length + ZipRecord.RestBytes(local)
            : null;
    }

    private static ZipRecord? Local(FileRange zip, long position)
    {
        Span<byte> head = stackalloc byte[ZipRecord.LocalBytes];
        if (zip.Read(position, head) < head.Length || ReadUInt32LittleEndian(head) != ZipRecord.LocalSignature)
            return null;

        var rest = new byte[ZipRecord.RestBytes(head)];
        return zip.Read(position + head.Length, rest) == rest.Length ? ZipRecord.OfLocal(head, rest, position) : null;
    }

    /// <summary>Finds the sizes behind a content whose end is unknown: a descriptor that says just the distance to it.</summary>
    private static ZipRecord? Described(FileRange zip, ZipRecord record, long start)
    {
        using var stream = new BufferedStream(zip.Part(start, zip.Length - start).Open(), 1 << 16);
        Span<byte> sizes = stackalloc byte[24];
        var last = 0u;
        for (var read = 1L; stream.ReadByte() is >= 0 and var next; read++)
        {
            last = (last >> 8) | ((uint)next << 24);
            var packed = read - sizeof(uint);
            if (last == DescriptorSignature && zip.Read(start + packed, sizes) >= 16 && ReadUInt32LittleEndian(sizes[8..]) == packed)
            {
                return record with
                {
                    Crc32 = ReadUInt32LittleEndian(sizes[4..]),
                    Packed = packed,
                    Length = ReadUInt32LittleEndian(sizes[12..]),
                };
            }
        }

        return null;
    }

    private static bool HasSignature(FileRange zip, long position, uint signature)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return zip.Read(position, bytes) == bytes.Length && ReadUInt32LittleEndian(bytes) == signature;
    }
}
