using Parquet.Meta;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// What the pages of a column ask for, before Parquet.Net believes it: a page's header, and the head of its packed content, each say how much memory to take.
/// </summary>
internal static class ParquetPages
{
    private const uint ZstdMagic = 0xFD2FB528;

    /// <param name="table">The whole file.</param>
    /// <param name="rows">Of the row group.</param>
    /// <param name="most">Unpacked bytes.</param>
    /// <exception cref="BrokenContainerException">They ask for more, or contradict each other.</exception>
    public static void Check(FileRange table, ColumnMetaData column, long rows, long most)
    {
        if (column.Codec is not (CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.GZIP or CompressionCodec.ZSTD or CompressionCodec.LZ4_RAW))
        {
            throw new BrokenContainerException(RejectionReason.Unsupported, $"compression {column.Codec}; valid are none, Snappy, gzip, zstd and raw LZ4");
        }

        var position = column.DictionaryPageOffset is > 0 and var dictionary ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;
        if (column.NumValues != rows || position < 0)
        {
            throw Corrupt(position, $"a column of {column.NumValues} values in a row group of {rows}");
        }

        var unpacked = 0L;
        for (var values = 0L; values < rows;)
        {
            var page = ParquetPageHeader.Read(table, position);
            unpacked += page.Unpacked;
            if (unpacked > most)
            {
                throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"pages of more than {most} bytes");
            }

            if (page.Values > (page.IsData ? rows - values : page.Unpacked) || page.Content + page.Packed > table.Length)
            {
                throw Corrupt(position, $"a page of {page.Values} values in {page.Packed} bytes");
            }

            var content = table.Part(page.Content + page.Levels, page.Packed - page.Levels);
            if (page.IsPacked && Told(content, column.Codec) is { } told && told != page.Unpacked - page.Levels)
            {
                throw Corrupt(position, $"a page that unpacks to {told} bytes where its header says {page.Unpacked}");
            }

            values += page.IsData ? page.Values : 0;
            position = page.Content + page.Packed;
        }
    }

    /// <returns>Unpacked bytes as the content's own head says; null where it has none, and -1 where it should have.</returns>
    private static long? Told(FileRange content, CompressionCodec codec)
    {
        Span<byte> head = stackalloc byte[18];
        head = head[..content.Read(0, head)];
        return codec switch
        {
            CompressionCodec.SNAPPY => Varint(head),
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
            {
                return value;
            }
        }

        return -1;
    }

    /// <summary>RFC 8878, 3.1.1.1.</summary>
    private static long ZstdLength(ReadOnlySpan<byte> head)
    {
        if (head.Length < 18)
        {
            head = (byte[])[.. head, .. new byte[18 - head.Length]];
        }

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

    private static BrokenContainerException Corrupt(long position, string what) => new(RejectionReason.Corrupt, $"at byte {position}: {what}");
}
