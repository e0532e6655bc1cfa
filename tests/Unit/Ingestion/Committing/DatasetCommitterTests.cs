using Pipeline.Artifacts;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class DatasetCommitterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_order_of_the_chunks_and_a_second_try_change_no_byte()
    {
        using var forwards = Filled();
        using var backwards = Filled();
        var expected = await forwards.ImportAllAsync();

        var plan = await backwards.PlanAsync();
        foreach (var chunk in Enumerable.Range(0, plan.Chunks.Count).Reverse())
        {
            await backwards.ImportAsync(plan, chunk);
            await backwards.ImportAsync(plan, chunk);
        }

        var made = await backwards.CommitAsync(plan);
        var again = await backwards.CommitAsync(plan);

        Assert.True(plan.Chunks.Count > 3 && expected.Shards.Count > 5);
        Assert.Equal(expected.Shards, made.Shards);
        Assert.Equal(expected.Provenance, made.Provenance);
        Assert.Equal(made.Shards, again.Shards);
    }

    [Fact]
    public async Task Two_who_commit_at_once_agree()
    {
        using var lake = Filled();
        var plan = await lake.PlanAsync();
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            await lake.ImportAsync(plan, chunk);
        }

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => lake.CommitAsync(plan))));

        Assert.All(made, dataset => Assert.Equal(made[0].Shards, dataset.Shards));
    }

    [Fact]
    public async Task A_drop_into_the_middle_leaves_most_shards_as_they_are()
    {
        using var lake = new TestLake();
        lake.DropPictures("a", 150, firstSeed: 0);
        lake.DropPictures("c", 150, firstSeed: 1000);
        lake.Drop("labels.csv", "file,label\na/000.png,x\nc/000.png,y\n");
        var before = await lake.ImportAllAsync();
        lake.DropPictures("b", 3, firstSeed: 2000);
        var after = await lake.ImportAllAsync();

        var files = before.Shards.Select(shard => shard.File).ToHashSet();
        var made = after.Shards.Where(shard => !files.Contains(shard.File)).ToList();
        Assert.Equal(303, after.Summary.Samples);
        Assert.InRange(made.Count, 1, 3 + 3); // At most a shard of each split, and one more that its border moves.
        Assert.True(after.Shards.Count > 30);
        Assert.All(before.Shards, shard => Assert.InRange(shard.Samples, 1, 10));
    }

    [Fact]
    public async Task After_the_commit_only_the_plan_of_the_import_is_left()
    {
        using var lake = Filled();
        await lake.ImportAllAsync();

        Assert.Equal(["plan.json"], (await KeysAsync(lake.Store, "imports")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_chunk_that_comes_again_after_the_commit_does_no_harm()
    {
        using var lake = Filled();
        var plan = await lake.PlanAsync();
        var expected = await lake.ImportAllAsync();

        await lake.ImportAsync(plan, 0);

        Assert.Equal(expected.Shards, (await lake.CommitAsync(plan)).Shards);
    }

    [Fact]
    public async Task Rejected_files_are_counted_kept_and_stop_nothing()
    {
        using var lake = Filled();
        lake.Drop("a/broken.png", Pictures.Png(5000)[..100]);
        lake.Drop("a/text.jpg", "not a picture");
        lake.Drop("b/empty.png", []);
        lake.Drop("b/blank.png", Pictures.Painted(9, 9, (_, _) => SKColors.Olive).Encoded());

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(60, dataset.Summary.Samples);
        Assert.Equal(["blank 1", "corrupt 1", "empty 1", "not-an-image 1"], dataset.Summary.Rejected.Select(reason => $"{reason.Key} {reason.Value}").Order());
        var rejections = await lake.RejectionsAsync(dataset);
        Assert.Equal(["a/broken.png", "a/text.jpg", "b/blank.png", "b/empty.png"], rejections.Select(rejection => rejection.Path));
        Assert.Equal(rejections.SelectMany(rejection => new[] { $"quarantine/pictures/{rejection.Sha256}", $"quarantine/pictures/{rejection.Sha256}.json" }).Order(StringComparer.Ordinal), await KeysAsync(lake.Store, "quarantine"));
    }

    [Fact]
    public async Task Files_with_the_same_pixels_are_one_sample()
    {
        using var lake = Filled();
        lake.Drop("b/copy.png", Pictures.Png(3));
        lake.Drop("loose-copy.png", Pictures.Png(4));
        using var once = Filled();

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((60, 2), (dataset.Summary.Samples, dataset.Summary.Duplicates));
        Assert.Equal(60, (await lake.SamplesAsync(dataset)).Select(sample => sample.Pixels).Distinct().Count());
    }

    [Fact]
    public async Task Copies_with_different_labels_are_kept_without_one()
    {
        using var lake = Filled();
        lake.Drop("b/copy.png", Pictures.Png(3));

        var dataset = await lake.ImportAllAsync();

        var rejection = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal(("a/003.png", RejectionReason.ConflictingLabels, "the same pixels are 'a' and 'b'"), (rejection.Path, rejection.Reason, rejection.Detail));
        Assert.Equal((60, 59), (dataset.Summary.Samples, dataset.Summary.Labelled));
    }

    [Fact]
    public async Task A_labelled_copy_lends_its_label()
    {
        using var lake = Filled();
        lake.Drop("0-before.png", Pictures.Png(3));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((60, 60, 1), (dataset.Summary.Samples, dataset.Summary.Labelled, dataset.Summary.Duplicates));
    }

    [Fact]
    public async Task No_picture_of_a_supplied_test_split_is_trained_on()
    {
        using var lake = new TestLake();
        lake.DropPictures("train/a", 20, 0);
        lake.DropPictures("train/b", 20, 100);
        lake.DropPictures("test/a", 5, 15);
        lake.DropPictures("test/b", 5, 200);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((45, 5, 10), (dataset.Summary.Samples, dataset.Summary.Duplicates, dataset.Summary.Test));
        var samples = await lake.SamplesAsync(dataset);
        Assert.Equal(45, samples.Select(sample => sample.Pixels).Distinct().Count());
    }

    [Fact]
    public async Task A_sample_keeps_its_split_when_others_come()
    {
        using var few = Filled();
        using var many = Filled();
        many.DropPictures("c", 40, 1000);

        var before = await few.SamplesAsync(await few.ImportAllAsync());
        var after = (await many.SamplesAsync(await many.ImportAllAsync())).ToDictionary(sample => sample.Pixels, sample => sample.Split);

        Assert.All(before, sample => Assert.Equal(sample.Split, after[sample.Pixels]));
    }

    [Fact]
    public async Task Another_seed_gives_another_split()
    {
        using var one = Filled();
        using var two = new TestLake { Experiment = one.Experiment with { Split = one.Experiment.Split with { Seed = 2 } } };
        Fill(two);

        Assert.NotEqual(
            (await one.SamplesAsync(await one.ImportAllAsync())).Where(sample => sample.Split == Split.Test).Select(sample => sample.Pixels).Order(),
            (await two.SamplesAsync(await two.ImportAllAsync())).Where(sample => sample.Split == Split.Test).Select(sample => sample.Pixels).Order());
    }

    [Fact]
    public async Task The_same_folder_again_finds_the_dataset_version()
    {
        using var lake = Filled();
        await lake.ImportAllAsync();

        Assert.NotNull((await lake.Planner.PlanAsync(lake.Experiment, lake.Folder, cancellation: Cancellation)).Dataset);

        lake.Drop("a/new.png", Pictures.Png(9999));
        Assert.Null((await lake.Planner.PlanAsync(lake.Experiment, lake.Folder, cancellation: Cancellation)).Dataset);
    }

    [Fact]
    public async Task A_file_that_changes_after_the_plan_is_named()
    {
        using var lake = Filled();
        var plan = await lake.PlanAsync();
        lake.Drop("a/000.png", Pictures.Png(777));

        var error = await Assert.ThrowsAsync<PipelineException>(() => lake.ImportAsync(plan, 0));

        Assert.Contains("a/000.png' has changed since its import was planned", error.Message);
    }

    [Fact]
    public async Task Nothing_usable_is_told_with_the_reasons()
    {
        using var lake = new TestLake();
        for (var i = 0; i < 12; i++)
        {
            lake.Drop($"{i:d2}.jpg", Pictures.Noise(i, 30, 30).Encoded(SKEncodedImageFormat.Jpeg)[..200]);
        }

        lake.Drop("blank.png", Pictures.Painted(9, 9, (_, _) => SKColors.Olive).Encoded());

        var error = await Assert.ThrowsAsync<PipelineException>(lake.ImportAllAsync);

        Assert.Contains("all 13 files were rejected: 12 corrupt, 1 blank", error.Message);
    }

    [Fact]
    public async Task A_split_without_samples_is_named()
    {
        using var lake = new TestLake();
        lake.Drop("a.png", Pictures.Png(1));

        Assert.Contains("Of the 1 distinct samples", (await Assert.ThrowsAsync<PipelineException>(lake.ImportAllAsync)).Message);
    }

    private static TestLake Filled()
    {
        var lake = new TestLake();
        Fill(lake);
        return lake;
    }

    private static void Fill(TestLake lake)
    {
        lake.DropPictures("a", 30, 0);
        lake.DropPictures("b", 30, 100);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(IArtifactStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(prefix))
        {
            keys.Add(found.Key);
        }

        return [.. keys.Order()];
    }
}
