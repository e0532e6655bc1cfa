using System.Buffers.Binary;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>What a zip says of one entry, in its directory or before the content.</summary>
/// <param name="Header">Where the header before the content starts.</param>
/// <param name="Mode">Unix file type and permissions; 0 where there are none.</param>
internal sealed record ZipRecord(string Name, int Flags, int Method, uint Crc32, long Packed, long Length, long Header, int Mode)
{
    public const uint LocalSignature = 0x04034B50;
    public const uint DirectorySignature = 0x02014B50;
    public const int LocalBytes = 30;
    public const int DirectoryBytes = 46;
    public const int Stored = 0;
    public const int Deflated = 8;

    private const int Unix = 3;
    private const int Zip64Extra = 1;

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
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != DirectorySignature)
            throw new InvalidDataException("no entry of a directory where one should be");

        var (name, extra, comment) = (Short(head, 28), Short(head, 30), Short(head, 32));
        var rest = new byte[name + extra + comment];
        directory.ReadExactly(rest);
        var system = Short(head, 4) >> 8;
        return Of(
            rest.AsSpan(0, name), rest.AsSpan(name, extra), head[8..28], Long(head, 42), system, system == Unix ? Short(head, 40) : 0);
    }

    /// <param name="head">The header before the content.</param>
    /// <param name="rest">Name and extra fields that follow it.</param>
    public static ZipRecord OfLocal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, long position) =>
        Of(rest[..Short(head, 26)], rest[Short(head, 26)..], head[6..26], position, system: null, mode: 0);

    /// <summary>Of name and extra fields together, in the header before the content.</summary>
    public static int RestBytes(ReadOnlySpan<byte> local) => Short(local, 26) + Short(local, 28);

    // Both headers have flags, method, time, date, checksum, packed and unpacked size in this order.
    private static ZipRecord Of(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, ReadOnlySpan<byte> fields, long header, int? system, int mode)
    {
        var (packed, length) = ((long)Long(fields, 12), (long)Long(fields, 16));
        var large = Extra(extra, Zip64Extra);
        length = length == uint.MaxValue ? Next(ref large) : length;
        packed = packed == uint.MaxValue ? Next(ref large) : packed;
        header = header == uint.MaxValue ? Next(ref large) : header;
        return new ZipRecord(
            ZipNames.Of(name, extra, Short(fields, 0), system),
            Short(fields, 0),
            Short(fields, 2),
            Long(fields, 8),
            packed,
            length,
            header,
            mode);
    }

    /// <returns>The extra field of that number; empty where there is none.</returns>
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

    private static long Next(ref ReadOnlySpan<byte> large)
    {
        if (large.Length < sizeof(long) || BinaryPrimitives.ReadInt64LittleEndian(large) is not (>= 0 and var value))
            throw new InvalidDataException("a size that is not there");

        large = large[sizeof(long)..];
        return value;
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
