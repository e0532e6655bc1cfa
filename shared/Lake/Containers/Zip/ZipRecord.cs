using static System.Buffers.Binary.BinaryPrimitives;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>What a zip says of one entry, in its directory or before the content.</summary>
internal sealed record ZipRecord(string Name, int Flags, int Method)
{
    public const uint LocalSignature = 0x04034B50;
    public const uint DirectorySignature = 0x02014B50;
    public const int LocalBytes = 30;
    public const int Stored = 0;
    public const int Deflated = 8;

    private const int DirectoryBytes = 46;
    private const int Unix = 3;
    private const int Zip64Extra = 1;

    public uint Crc32 { get; init; }
    public long Packed { get; init; }
    public long Length { get; init; }

    /// <summary>Where the header before the content starts.</summary>
    public long Header { get; init; }

    /// <summary>Unix file type and permissions; 0 without them.</summary>
    public int Mode { get; init; }

    public bool IsEncrypted => (Flags & 0x2041) != 0;

    /// <summary>Sizes and checksum stand behind the content.</summary>
    public bool IsDescribedAfter => (Flags & 8) != 0;

    public bool IsDirectory => Name.EndsWith('/');

    /// <summary>A link or device, by the mode that Unix leaves.</summary>
    public bool IsNoFile => (Mode & 0xF000) is not (0 or 0x8000);

    /// <summary>Reads the next entry of the directory.</summary>
    /// <exception cref="InvalidDataException">There is something else.</exception>
    public static ZipRecord ReadDirectory(Stream directory)
    {
        Span<byte> head = stackalloc byte[DirectoryBytes];
        directory.ReadExactly(head);
        if (ReadUInt32LittleEndian(head) != DirectorySignature)
            throw new InvalidDataException("no entry of a directory where one should be");

        var (name, extra, comment) = (Short(head, 28), Short(head, 30), Short(head, 32));
        var rest = new byte[name + extra + comment];
        directory.ReadExactly(rest);
        var system = Short(head, 4) >> 8;
        var record = Of(rest.AsSpan(0, name), rest.AsSpan(name, extra), head[8..28], ReadUInt32LittleEndian(head[42..]), system);
        return record with { Mode = system == Unix ? Short(head, 40) : 0 };
    }

    /// <param name="head">The header before the content.</param>
    /// <param name="rest">Name and extra fields that follow it.</param>
    public static ZipRecord OfLocal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, long position) =>
        Of(rest[..Short(head, 26)], rest[Short(head, 26)..], head[6..26], position, system: null);

    /// <summary>Of name and extra fields together, in the header before the content.</summary>
    public static int RestBytes(ReadOnlySpan<byte> local) => Short(local, 26) + Short(local, 28);

    // Both headers have flags, method, time, date, checksum, packed and unpacked size in this order.
    private static ZipRecord Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, ReadOnlySpan<byte> fields, long header, int? system)
    {
        var large = Extra(extra, Zip64Extra);
        // In this order, each only if it is too large for 32 bits.
        var length = Next(ReadUInt32LittleEndian(fields[16..]), ref large);
        var packed = Next(ReadUInt32LittleEndian(fields[12..]), ref large);
        return new ZipRecord(ZipNames.Of(name, extra, Short(fields, 0), system), Short(fields, 0), Short(fields, 2))
        {
            Crc32 = ReadUInt32LittleEndian(fields[8..]),
            Packed = packed,
            Length = length,
            Header = Next(header, ref large),
        };
    }

    /// <returns>The extra field of that number; empty without one.</returns>
    public static ReadOnlySpan<byte> Extra(ReadOnlySpan<byte> extra, int number)
    {
        while (extra.Length >= 4)
        {
            var field = extra.Slice(4, Math.Min(Short(extra, 2), extra.Length - 4));
            if (Short(extra, 0) == number)
                return field;

            extra = extra[(4 + field.Length)..];
        }

        return [];
    }

    private static long Next(long value, ref ReadOnlySpan<byte> large)
    {
        if (value != uint.MaxValue)
            return value;

        if (large.Length < sizeof(long) || ReadInt64LittleEndian(large) is not (>= 0 and var found))
            throw new InvalidDataException("a size that is not there");

        large = large[sizeof(long)..];
        return found;
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => ReadUInt16LittleEndian(bytes[at..]);
}
