using Parquet;
using Pipeline.Artifacts.Safetensors;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class ProvenanceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(60, 640)]
    [InlineData(3000, 4 << 20)]
    public async Task Provenance_tells_of_each_sample_the_shard_and_the_row_it_lies_in(int pictures, int shardBytes)
    {
        const int Pixels = 64;
        using var lake = new TestLake { Options = new() { ChunkItems = 100, ShardBytes = shardBytes } };
        var noise = new byte[pictures * Pixels];
        new Random(1).NextBytes(noise);
        lake.DropIdx("train-images-idx3-ubyte", TestLake.Idx(noise, pictures, 8, 8), packed: false);
        lake.DropIdx("train-labels-idx1-ubyte",
            TestLake.Idx([.. Enumerable.Range(0, pictures).Select(picture => (byte)(picture % 3))], pictures), packed: false);
        var dataset = await lake.ImportAllAsync();

        var expected = new List<(string Shard, int Row, string Split, string Sha256)>();
        foreach (var shard in dataset.Shards)
        {
            using var file = SafetensorsFile.Open(await lake.Store.MaterializeAsync(shard.File, Cancellation));
            expected.AddRange(Enumerable.Range(0, shard.Samples).Select(row =>
                (shard.File.Key, row, $"{shard.Split}".ToLowerInvariant(),
                    Convert.ToHexStringLower(file.ReadRows<byte>("digest", row, 1)))));
        }

        await using var reader =
            await ParquetReader.CreateAsync(await lake.Store.MaterializeAsync(dataset.Provenance, Cancellation),
                cancellationToken: Cancellation);
        var rows = new List<(string, int, string, string)>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            string?[] shards = new string?[group.RowCount], splits = new string?[group.RowCount], digests = new string?[group.RowCount];
            var places = new int[group.RowCount];
            await group.ReadAsync(reader.Schema.FindDataField("shard"), shards.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync<int>(reader.Schema.FindDataField("row"), places.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync(reader.Schema.FindDataField("split"), splits.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync(reader.Schema.FindDataField("pixel_sha256"), digests.AsMemory(), cancellationToken: Cancellation);
            rows.AddRange(Enumerable.Range(0, places.Length).Select(row => (shards[row]!, places[row], splits[row]!, digests[row]!)));
        }

        Assert.Equal(pictures, rows.Count);
        Assert.Equal(expected.Order(), rows.Order());
        Assert.Equal(pictures > 1024, reader.RowGroupCount > dataset.Shards.Count);
    }
}
