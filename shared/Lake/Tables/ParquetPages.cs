using Parquet.Meta;
using Pipeline.Lake.Containers;

namespace Pipeline.Lake.Tables;

/// <summary>Checks the memory that pages of a column ask for, in their header and in the head of their packed content, before Parquet.Net
/// believes it.</summary>
internal static class ParquetPages
{
    private const uint ZstdMagic = 0xFD2FB528;
    private const int ZstdHeadBytes = 18;

    /// <param name="most">Unpacked bytes.</param>
    /// <exception cref="BrokenContainerException">They ask for more, or contradict each other.</exception>
    public static void Check(FileRange table, ColumnMetaData column, long rows, long most)
    {
        if (column.Codec is not (CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.GZIP
            or CompressionCodec.ZSTD or CompressionCodec.LZ4_RAW))
        {
            throw new BrokenContainerException(
                RejectionReason.Unsupported, $"compression {column.Codec}; it must be none, Snappy, gzip, zstd or raw LZ4");
        }

        var position = column.DataPageOffset;
        if (column.DictionaryPageOffset is > 0 and var dictionary)
            position = Math.Min(dictionary, position);

        if (column.NumValues != rows || position < 0)
            throw Corrupt(position, $"a column of {column.NumValues} values in a row group of {rows}");

        var unpacked = 0L;
        for (var values = 0L; values < rows;)
        {
            var page = ParquetPageHeader.Read(table, position);
            unpacked += page.Unpacked;
            if (unpacked > most)
                throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"pages of more than {most} bytes");

            if (page.Values > (page.IsData ? rows - values : page.Unpacked) || page.Content + page.Packed > table.Length)
                throw Corrupt(position, $"a page of {page.Values} values in {page.Packed} bytes");

            var content = table.Part(page.Content + page.Levels, page.Packed - page.Levels);
            if (page.IsPacked && Told(content, column.Codec) is { } told && told != page.Unpacked - page.Levels)
                throw Corrupt(position, $"a page that unpacks to {told} bytes where its header says {page.Unpacked}");

            values += page.IsData ? page.Values : 0;
            position = page.Content + page.Packed;
        }
    }

    /// <returns>Unpacked bytes as the content's own head says; null if the format has none, and −1 if it is missing.</returns>
    private static long? Told(FileRange content, CompressionCodec codec)
    {
        Span<byte> head = stackalloc byte[ZstdHeadBytes];
        head.Clear();
        var read = content.Read(0, head);
        return codec switch
        {
            CompressionCodec.SNAPPY => Varint(head[..read]),
            CompressionCodec.ZSTD => ZstdLength(head),
            _ => null,
        };
    }

    private static long Varint(ReadOnlySpan<byte> head)
    {
        var value = 0L;
        for (var i = 0; i < Math.Min(5, head.Length); i++)
        {
            value |= (long)(head[i] & 0x7F) << (7 * i);
            if (head[i] < 0x80)
                return value;
        }

        return -1;
    }

    /// <summary>RFC 8878, 3.1.1.1.</summary>
    private static long ZstdLength(ReadOnlySpan<byte> head)
    {
        var descriptor = head[4];
        var isSingle = (descriptor & 0x20) != 0;
        var at = 5 + (isSingle ? 0 : 1) + ((descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 });
        return BitConverter.ToUInt32(head) != ZstdMagic ? -1 : (descriptor >> 6) switch
        {
            0 => isSingle ? head[at] : -1,
            1 => BitConverter.ToUInt16(head[at..]) + 256,
            2 => BitConverter.ToUInt32(head[at..]),
            _ => BitConverter.ToInt64(head[at..]),
        };
    }

    private static BrokenContainerException Corrupt(long position, string what) =>
        new(RejectionReason.Corrupt, $"at byte {position}: {what}");
}

/// <summary>The header of a page: a structure in Thrift's compact protocol, of which Parquet.Net makes no reader public.</summary>
/// <param name="Content">Where the page's content starts in the file.</param>
/// <param name="Packed">Bytes of the content as it lies there.</param>
/// <param name="Unpacked">Bytes of the content as it should become.</param>
internal readonly record struct ParquetPageHeader(long Content, int Packed, int Unpacked, int Values)
{
    private const int MostDepth = 8;
    private const int DataPage = 5;
    private const int DictionaryPage = 7;
    private const int DataPageV2 = 8;

    /// <summary>False for a dictionary.</summary>
    public bool IsData { get; private init; }

    /// <summary>Bytes before the content that are never packed.</summary>
    public int Levels { get; private init; }

    /// <summary>Whether the column's compression is used.</summary>
    public bool IsPacked { get; private init; }

    /// <exception cref="InvalidDataException">There is no such header.</exception>
    public static ParquetPageHeader Read(FileRange table, long position)
    {
        using var stream = new BufferedStream(table.Part(position, Math.Max(0, table.Length - position)).Open(), 1 << 12);
        var fields = new Dictionary<(int Page, int Field), int>();
        ReadStruct(stream, fields, page: 0, depth: 0);
        var page = fields.Keys.Select(key => key.Page).FirstOrDefault(number => number is DataPage or DictionaryPage or DataPageV2);
        var levels = page == DataPageV2 ? Of(page, 5) + (long)Of(page, 6) : 0;
        var (unpacked, packed, values) = (Of(0, 2), Of(0, 3), Of(page, 1));
        if (unpacked < 0 || packed < 0 || values < 0 || levels < 0 || levels > Math.Min(packed, unpacked))
            throw new InvalidDataException($"no page at byte {position}");

        return new ParquetPageHeader(position + stream.Position, packed, unpacked, values)
        {
            IsData = page != DictionaryPage,
            Levels = (int)levels,
            IsPacked = fields.GetValueOrDefault((page, 7), 1) == 1,
        };

        int Of(int page, int field) => fields.GetValueOrDefault((page, field), 0);
    }

    /// <summary>Keeps the numbers and truth values of the header, and of the structures directly in it.</summary>
    /// <param name="page">The header's field that is the structure; 0 for the header itself, negative for one that is not kept.</param>
    private static int? ReadStruct(Stream stream, Dictionary<(int Page, int Field), int> fields, int page, int depth)
    {
        for (var field = 0; Byte(stream) is not 0 and var head;)
        {
            field = head >> 4 == 0 ? Signed(Varint(stream)) : field + (head >> 4);
            var value = (head & 0xF) switch
            {
                1 => 1,
                2 => 0,
                3 => Skip(stream, 1),
                4 or 5 or 6 => Signed(Varint(stream)),
                7 => Skip(stream, sizeof(double)),
                8 => Skip(stream, (long)Math.Min(Varint(stream), int.MaxValue)),
                12 when depth < MostDepth => ReadStruct(stream, fields, depth == 0 ? field : -1, depth + 1),
                var type => throw new InvalidDataException($"a page header with a value of type {type}"),
            };
            if (value is { } number && page >= 0)
                fields[(page, field)] = number;
        }

        return null;
    }

    private static int? Skip(Stream stream, long bytes)
    {
        stream.Seek(bytes, SeekOrigin.Current);
        return null;
    }

    private static int Signed(ulong zigzag) => unchecked((int)(long)((zigzag >> 1) ^ (0 - (zigzag & 1))));

    private static ulong Varint(Stream stream)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte(stream);
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new InvalidDataException("a number of more than 64 bits");
    }

    private static int Byte(Stream stream) =>
        stream.ReadByte() is >= 0 and var value ? value : throw new EndOfStreamException("it ends in the header of a page");
}
