using Pipeline.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class ShardSizeTests
{
    [Theory]
    [InlineData(64, 1)]
    [InlineData(64 * 8, 8)]
    [InlineData(128L << 20, 4096)]
    public async Task A_shard_has_at_least_the_bytes_that_are_wanted_and_at_most_twice_as_many_but_for_the_last_of_a_split(long bytes, int least)
    {
        using var lake = new TestLake { Options = new() { ShardBytes = bytes } };
        lake.DropPictures("a", 60, firstSeed: 0);
        lake.DropPictures("b", 60, firstSeed: 1000);

        var dataset = await lake.ImportAllAsync();

        foreach (var split in dataset.Shards.GroupBy(shard => shard.Split))
        {
            Assert.All(split.SkipLast(1), shard => Assert.InRange(shard.Samples, least, 2 * least));
            Assert.InRange(split.Last().Samples, 1, 2 * least);
        }
    }

    [Fact]
    public async Task The_label_index_says_what_the_shards_say()
    {
        using var lake = new TestLake();
        lake.DropPictures("a", 40, firstSeed: 0);
        lake.DropPictures("b", 40, firstSeed: 1000);
        lake.Drop("labels.csv", "file,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"a/{i:d3}.png,{i % 3}\n")));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal([Split.Train, Split.Validation], dataset.LabelIndex.Keys.Order());
        foreach (var split in dataset.LabelIndex.Keys)
        {
            using var indexed = SampleReader.Open(lake.Store, dataset, split);
            using var shards = SampleReader.Open(lake.Store, dataset with { LabelIndex = new Dictionary<Split, ArtifactReference>() }, split);
            Assert.Equal(
                Enumerable.Range(0, shards.Count).Select(shards.Label),
                Enumerable.Range(0, indexed.Count).Select(indexed.Label));
            Assert.Contains(Enumerable.Range(0, indexed.Count), sample => indexed.Label(sample) < 0);
        }
    }
}
