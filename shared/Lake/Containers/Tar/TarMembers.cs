using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Containers.Tar;

/// <summary>The files of a tar, in its order, sparse ones with their holes filled. Symbolic links and devices are rejected.</summary>
internal static class TarMembers
{
    public static async IAsyncEnumerable<Member> ReadAsync(
        Stream tar, UnpackBudget budget, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var metered = new TarStream(tar, budget);
        await using var reader = new TarReader(metered);
        while (true)
        {
            metered.ExpectHeader();
            if (await reader.GetNextEntryAsync(copyData: false, cancellation) is not { } entry)
                break;

            metered.ExpectContent();
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    yield return await FileAsync(entry, metered, cancellation);
                    break;
                case TarEntryType.HardLink:
                    yield return new Member(entry.Name, null) { LinksTo = entry.LinkName };
                    break;
                case TarEntryType.Directory or TarEntryType.DirectoryList:
                case TarEntryType.GlobalExtendedAttributes or TarEntryType.TapeVolume:
                    budget.Member();
                    break;
                default:
                    yield return Member.Rejected(entry.Name, RejectionReason.NotAFile, $"{entry.EntryType}");
                    break;
            }

            if (entry.DataStream is { } rest)
            {
                metered.ExpectRest();
                await rest.CopyToAsync(Stream.Null, cancellation);
            }
        }

        if (!metered.IsAtEndMark)
            throw new BrokenContainerException(RejectionReason.Corrupt, $"it ends at byte {metered.Position} without an end mark");
    }

    private static async Task<Member> FileAsync(TarEntry entry, TarStream tar, CancellationToken cancellation)
    {
        var name = PaxSparse.NameOf(entry) ?? entry.Name;
        var content = entry.DataStream ?? Stream.Null;
        try
        {
            tar.ExpectRest();
            var map = tar.Sparse ?? await PaxSparse.MapOfAsync(entry, tar.ListedSparse, cancellation);
            tar.ExpectContent();
            return map is null ? new Member(name, content, entry.Length)
                : map.Fits(entry.Length) ? new Member(name, new SparseStream(content, map), map.Length)
                : throw new InvalidDataException("a sparse map that does not fit its content");
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return Member.Rejected(name, RejectionReason.Corrupt, error.Message);
        }
    }
}

/// <summary>The fields of a tar's header block that the framework's reader cannot take as they stand.</summary>
internal static class TarHeader
{
    public const int Block = 512;
    public const byte Extended = (byte)'x';
    public const byte GlobalExtended = (byte)'g';
    public const byte LongName = (byte)'L';
    public const byte LongLink = (byte)'K';
    public const byte GnuSparse = (byte)'S';

    private const int SizeAt = 124;
    private const int ChecksumAt = 148;
    private const int TypeAt = 156;
    private const int RealSizeAt = 483;
    private const int NumberBytes = 12;

    public static byte TypeOf(ReadOnlySpan<byte> header) => header[TypeAt];

    /// <returns>Null if it is no number.</returns>
    public static long? SizeOf(ReadOnlySpan<byte> header) => Number(header, SizeAt);

    /// <returns>Of a sparse file, with its holes; null if it is no number.</returns>
    public static long? RealSizeOf(ReadOnlySpan<byte> header) => Number(header, RealSizeAt);

    /// <summary>Makes a sparse file of GNU's old format a plain one whose content is the pieces, one behind the other.</summary>
    public static void MakePlain(Span<byte> header)
    {
        header[TypeAt] = (byte)'0';
        var checksum = header.Slice(ChecksumAt, 8);
        checksum.Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
            sum += value;

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", checksum);
    }

    /// <summary>Adds the pieces that a sparse file's header, or a block behind it, names.</summary>
    /// <returns>Whether a block with more of them follows.</returns>
    public static bool AddPieces(ReadOnlySpan<byte> block, SparseMap map, bool isHeader)
    {
        var (at, count, moreAt) = isHeader ? (386, 4, 482) : (0, 21, 504);
        for (; count > 0 && block[at] != 0; count--, at += 2 * NumberBytes)
            map.Pieces.Add((Number(block, at) ?? -1, Number(block, at + NumberBytes) ?? -1));

        return block[moreAt] != 0;
    }

    /// <summary>Octal digits or, if the highest bit is set, a number of 95 bits of which 63 are used.</summary>
    private static long? Number(ReadOnlySpan<byte> block, int at)
    {
        var field = block.Slice(at, NumberBytes);
        if (field[0] != 0x80)
            return ContainerKinds.Octal(field);

        var value = 0L;
        foreach (var part in field[1..])
        {
            value = value > long.MaxValue >> 8 ? -1 : (value << 8) | part;
            if (value < 0)
                return null;
        }

        return value;
    }
}
