using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class IdxListingTests
{
    [Fact]
    public async Task Plain_and_packed_files_give_the_same_samples()
    {
        using var plain = new TestLake();
        using var packed = new TestLake();
        Fill(plain, packed: false);
        Fill(packed, packed: true);

        var fromPlain = await plain.ImportAllAsync();
        var fromPacked = await packed.ImportAllAsync();

        Assert.Equal(fromPlain.Shards.Select(shard => (shard.File.Digest, shard.Split)),
            fromPacked.Shards.Select(shard => (shard.File.Digest, shard.Split)));
        Assert.Equal(["ape", "bee", "cow"], fromPlain.Classes);
        Assert.Equal(10, fromPlain.Summary.Test);
        Assert.Equal(50, fromPlain.Summary.Samples);
    }

    [Fact]
    public async Task Labels_stay_with_their_pictures()
    {
        using var lake = new TestLake();
        var pixels = Fill(lake, packed: true);

        var samples = await lake.SamplesAsync(await lake.ImportAllAsync());

        var names = new[] { "cow", "bee", "ape" };
        Assert.All(samples.Where(sample => sample.Split != Split.Test), sample =>
        {
            var at = Convert.ToHexString(pixels).IndexOf(sample.Pixels, StringComparison.Ordinal) / (2 * 64);
            Assert.Equal(names[at % 3], sample.Label);
        });
    }

    [Fact]
    public async Task Without_label_files_nothing_is_labelled()
    {
        using var lake = new TestLake();
        lake.DropIdx("train-images-idx3-ubyte", TestLake.Idx(Noise(1, 40), 40, 8, 8), packed: true);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((0, 40), (dataset.Summary.Labelled, dataset.Summary.Samples));
        Assert.Empty(dataset.Classes);
    }

    [Fact]
    public async Task Without_names_the_classes_are_numbers()
    {
        using var lake = new TestLake();
        Fill(lake, packed: false);
        File.Delete(Path.Combine(lake.Folder, "classes.txt"));

        Assert.Equal(["0", "1", "2"], (await lake.ImportAllAsync()).Classes);
    }

    [Fact]
    public async Task Files_that_do_not_fit_are_refused_by_name()
    {
        await RefusesAsync(lake => lake.DropIdx("train-labels-idx1-ubyte", TestLake.Idx(new byte[39], 39), false),
            "has 39 labels for the 40 images");
        await RefusesAsync(lake => lake.DropIdx("train-images-idx3-ubyte", TestLake.Idx(Noise(1, 39), 40, 8, 8), false),
            "bytes, unpacked; its header says");
        await RefusesAsync(lake => lake.Drop("train-images-idx3-ubyte", "hello"), "is not an IDX file of 3 dimensions");
        await RefusesAsync(lake => lake.Drop("classes.txt", "one\ntwo\n"), "has 2 names and the labels go up to 2");
        await RefusesAsync(lake => lake.Drop("t10k-images-idx3-ubyte.gz", "hello"), "", packedTest: true);
    }

    [Fact]
    public async Task A_test_set_alone_is_refused()
    {
        using var lake = new TestLake();
        lake.DropIdx("t10k-images-idx3-ubyte", TestLake.Idx(Noise(1, 4), 4, 8, 8), packed: false);

        Assert.Contains("no training images", (await Assert.ThrowsAsync<PipelineException>(() => lake.ReadAsync())).Message);
    }

    private static async Task RefusesAsync(Action<TestLake> spoil, string message, bool packedTest = false)
    {
        using var lake = new TestLake();
        Fill(lake, packed: false);
        if (packedTest)
            File.Delete(Path.Combine(lake.Folder, "t10k-images-idx3-ubyte"));

        spoil(lake);
        Assert.Contains(message, (await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync)).Message);
    }

    /// <summary>40 pictures to train on, 10 to test on, three classes in turn.</summary>
    private static byte[] Fill(TestLake lake, bool packed)
    {
        var train = Noise(1, 40);
        lake.DropIdx("train-images-idx3-ubyte", TestLake.Idx(train, 40, 8, 8), packed);
        lake.DropIdx("train-labels-idx1-ubyte", TestLake.Idx([.. Enumerable.Range(0, 40).Select(i => (byte)(i % 3))], 40), packed);
        lake.DropIdx("t10k-images-idx3-ubyte", TestLake.Idx(Noise(2, 10), 10, 8, 8), packed);
        lake.DropIdx("t10k-labels-idx1-ubyte", TestLake.Idx([.. Enumerable.Range(0, 10).Select(i => (byte)(i % 3))], 10), packed);
        lake.Drop("classes.txt", "cow\nbee\nape\n");
        return train;
    }

    private static byte[] Noise(int seed, int images)
    {
        var pixels = new byte[images * 64];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
