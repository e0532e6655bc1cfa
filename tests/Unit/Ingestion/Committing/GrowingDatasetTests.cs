using Pipeline.Artifacts;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Planning;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class GrowingDatasetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drop_has_its_own_chunks_decoded_and_the_version_is_the_one_that_a_first_import_makes()
    {
        using var grown = Filled();
        await grown.ImportAllAsync();
        grown.DropPictures("b", 3, firstSeed: 2000);
        using var fresh = Filled();
        fresh.DropPictures("b", 3, firstSeed: 2000);

        var plan = await grown.PlanAsync();
        var missing = await new DatasetCommitter(grown.Store).MissingAsync(plan, Cancellation);
        var made = await ImportAsync(grown, plan, missing);
        var expected = await fresh.ImportAllAsync();

        Assert.InRange(missing.Count, 1, 2);
        Assert.True(plan.Chunks.Count > 40);
        Assert.Equal(missing, plan.Chunks.Index().Where(chunk => ((FilesChunk)chunk.Item).List is not null).Select(chunk => chunk.Index));
        Assert.Equal(expected.Shards, made.Shards);
        Assert.Equal(expected.Provenance, made.Provenance);
        Assert.Equal(expected.Classes, made.Classes);
    }

    [Fact]
    public async Task Files_that_leave_and_labels_that_change_are_followed()
    {
        using var grown = Filled();
        grown.Drop("broken.png", "no picture");
        var before = await grown.ImportAllAsync();
        File.Delete(Path.Combine(grown.Folder, "a/003.png"));
        grown.Drop("labels.csv", "file,label\na/000.png,z\nc/000.png,y\n");

        var after = await grown.ImportAllAsync();

        Assert.Equal((300, 299), (before.Summary.Samples, after.Summary.Samples));
        Assert.Equal(["y", "z"], after.Classes);
        Assert.Equal(["broken.png"], (await grown.RejectionsAsync(after)).Select(rejection => rejection.Path));
        Assert.Equal(299, (await grown.SamplesAsync(after)).Select(sample => sample.Pixels).Distinct().Count());
    }

    [Fact]
    public async Task Parts_that_somebody_deleted_are_made_again()
    {
        using var lake = Filled();
        await lake.ImportAllAsync();
        await DeleteAsync(lake.Store, "datasets/pictures/parts");
        lake.DropPictures("b", 3, firstSeed: 2000);
        using var fresh = Filled();
        fresh.DropPictures("b", 3, firstSeed: 2000);

        Assert.Equal((await fresh.ImportAllAsync()).Shards, (await lake.ImportAllAsync()).Shards);
    }

    [Fact]
    public async Task A_part_that_is_deleted_while_an_import_counts_on_it_is_named()
    {
        using var lake = Filled();
        await lake.ImportAllAsync();
        lake.DropPictures("b", 3, firstSeed: 2000);
        var plan = await lake.PlanAsync();
        await DeleteAsync(lake.Store, "datasets/pictures/parts");

        var chunk = plan.Chunks.Index().First(chunk => ((FilesChunk)chunk.Item).List is null).Index;
        var error = await Assert.ThrowsAsync<PipelineException>(() => lake.ImportAsync(plan, chunk));

        Assert.Contains($"'{plan.PartKey(chunk)}' was deleted since its import was planned. Delete {plan.Key} too", error.Message);
    }

    [Fact]
    public async Task Versions_share_all_that_no_drop_has_touched()
    {
        using var lake = new TestLake { Options = new() { ChunkItems = 7, ShardBytes = 640, EagerFiles = 0 } };
        lake.DropPictures("first", 60, firstSeed: 0);
        lake.Drop("labels.csv", "file,label\nfirst/000.png,x\nfirst/001.png,y\n");
        await lake.ImportAllAsync();
        var chunks = 0;
        for (var version = 1; version <= 12; version++)
        {
            lake.DropPictures($"{version * 7919 % 41:d3}", 1, firstSeed: 1000 + version);
            var plan = await lake.PlanAsync();
            var missing = await new DatasetCommitter(lake.Store).MissingAsync(plan, Cancellation);
            // The chunk that it falls into, and one more where it ends a chunk or makes one too long.
            Assert.InRange(missing.Count, 1, 3);
            chunks += missing.Count;
            await ImportAsync(lake, plan, missing);
        }

        Assert.InRange(chunks, 12, 24);
    }

    private static async Task<DatasetManifest> ImportAsync(TestLake lake, ImportPlan plan, IReadOnlyList<int> chunks)
    {
        foreach (var chunk in chunks)
        {
            await lake.ImportAsync(plan, chunk);
        }

        return await lake.CommitAsync(plan);
    }

    private static async Task DeleteAsync(IArtifactStore store, string prefix)
    {
        foreach (var artifact in await store.ListAsync(prefix, Cancellation).ToListAsync(Cancellation))
        {
            await store.DeleteAsync(artifact.Key, Cancellation);
        }
    }

    private static TestLake Filled()
    {
        var lake = new TestLake();
        lake.DropPictures("a", 150, firstSeed: 0);
        lake.DropPictures("c", 150, firstSeed: 1000);
        lake.Drop("labels.csv", "file,label\na/000.png,x\nc/000.png,y\n");
        return lake;
    }
}
