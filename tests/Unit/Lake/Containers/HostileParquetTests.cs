using Parquet;
using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class HostileParquetTests
{
    private const int Rows = 12;

    public static TheoryData<CompressionMethod> Packings =>
        [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Zstd];

    [Theory]
    [MemberData(nameof(Packings))]
    public async Task Every_way_of_packing_is_read(CompressionMethod packing)
    {
        Assert.Equal((Rows, ""), await ImportAsync(await TableAsync(packing)));
    }

    [Theory]
    [MemberData(nameof(Packings))]
    public async Task A_page_that_says_more_than_there_may_be_is_not_unpacked(CompressionMethod packing)
    {
        var table = await TableAsync(packing);
        SayUnpacked(table, (1 << 27) - 1);

        Assert.Equal((0, "UnpacksTooLarge"), await ImportAsync(table));
    }

    [Theory]
    [MemberData(nameof(Packings))]
    public async Task A_page_that_says_less_than_it_unpacks_to_is_corrupt(CompressionMethod packing)
    {
        var table = await TableAsync(packing);
        SayUnpacked(table, 100);

        Assert.Equal((0, "Corrupt"), await ImportAsync(table));
    }

    [Fact]
    public async Task A_byte_changed_in_the_first_page_breaks_nothing_but_the_table()
    {
        var table = await TableAsync(CompressionMethod.Snappy);
        var random = new Random(3);
        for (var at = 4; at < 40; at++)
        {
            var changed = (byte[])table.Clone();
            changed[at] ^= (byte)random.Next(1, 256);

            var (samples, reasons) = await ImportAsync(changed);

            Assert.True(samples == Rows || reasons.Length > 0, $"byte {at}: {samples} samples, and no reason");
        }
    }

    /// <summary>Rows of 1 MB, so that the first page's length takes four bytes in its header.</summary>
    private static Task<byte[]> TableAsync(CompressionMethod packing) => Archives.ParquetAsync(
        [.. Enumerable.Range(0, Rows).Select(i => (byte[])[.. Pictures.Png(i), .. new byte[1 << 20]])],
        [.. Enumerable.Range(0, Rows).Select(i => $"{i % 2}")], packing);

    // The header starts behind the file's mark: field 1 (0x15, a byte), field 2 (0x15), and there the length, twice as large,
    // in groups of seven bits.
    private static void SayUnpacked(byte[] table, int bytes)
    {
        Assert.Equal((0x15, 0x15), (table[4], table[6]));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i < 3, table[7 + i] >= 0x80);
            table[7 + i] = (byte)(((2L * bytes) >> (7 * i) & 0x7F) | (i < 3 ? 0x80L : 0));
        }
    }

    private static async Task<(int Samples, string Reasons)> ImportAsync(byte[] table)
    {
        using var lake = new TestLake { Options = new IngestionOptions { MaxRowGroupBytes = 1 << 26 } };
        lake.DropPictures("loose", 20, 1000);
        lake.Drop("data", table);
        var dataset = await lake.ImportAllAsync();
        return ((await lake.SamplesAsync(dataset)).Count - 20,
            string.Join(' ', (await lake.RejectionsAsync(dataset)).Select(rejection => rejection.Reason)));
    }
}
