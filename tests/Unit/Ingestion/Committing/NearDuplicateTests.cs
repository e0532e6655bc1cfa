using Parquet;
using Pipeline.Ingestion.Committing;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class NearDuplicateTests
{
    private const int Scenes = 40;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Altered_copies_stay_samples_and_fall_into_one_split()
    {
        using var lake = Filled();

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((3 * Scenes, 0), (dataset.Summary.Samples, dataset.Summary.Duplicates));
        Assert.Equal((Scenes, 3 * Scenes, 3), (dataset.Summary.Groups, dataset.Summary.NearDuplicates, dataset.Summary.LargestGroup));
        var rows = await RowsAsync(lake, dataset);
        Assert.All(rows.GroupBy(row => Path.GetFileNameWithoutExtension(row.Path)), copies =>
        {
            Assert.Equal(3, copies.Count());
            Assert.Single(copies.Select(copy => (copy.Split, copy.Group)).Distinct());
        });
        Assert.Equal(Scenes, rows.Select(row => row.Group).Distinct().Count());
        Assert.All(rows.GroupBy(row => row.Group), group => Assert.Equal(group.Key, group.Min(row => row.Item)));
    }

    [Fact]
    public async Task Exact_copies_among_them_are_still_counted_once()
    {
        using var lake = Filled();
        lake.Drop("again/000.png", Pictures.Scene(0, 64).Encoded());

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((3 * Scenes, 1), (dataset.Summary.Samples, dataset.Summary.Duplicates));
        Assert.Equal((Scenes, 3 * Scenes), (dataset.Summary.Groups, dataset.Summary.NearDuplicates));
    }

    [Fact]
    public async Task The_order_of_the_parts_changes_no_group()
    {
        using var forwards = Filled();
        using var backwards = Filled();
        var expected = await forwards.ImportAllAsync();
        var plan = await backwards.PlanAsync();
        foreach (var chunk in Enumerable.Range(0, plan.Chunks.Count).Reverse())
        {
            await backwards.ImportAsync(plan, chunk);
        }

        var made = await backwards.CommitAsync(plan);

        Assert.Equal(expected.Provenance, made.Provenance);
        Assert.Equal(expected.Shards, made.Shards);
    }

    [Fact]
    public async Task A_sample_keeps_its_split_when_unrelated_ones_come()
    {
        using var few = Filled();
        using var many = Filled();
        for (var i = 0; i < 30; i++)
        {
            many.Drop($"0-before/{i}.png", Pictures.Scene(1000 + i, 64).Encoded());
        }

        var before = await RowsAsync(few, await few.ImportAllAsync());
        var after = (await RowsAsync(many, await many.ImportAllAsync())).ToDictionary(row => row.Path, row => row.Split);

        Assert.All(before, row => Assert.Equal(row.Split, after[row.Path]));
    }

    [Fact]
    public async Task Other_thresholds_are_another_dataset_version()
    {
        using var lake = Filled();
        await lake.ImportAllAsync();

        Assert.NotNull((await lake.Planner.PlanAsync(lake.Experiment, lake.Folder, cancellation: Cancellation)).Dataset);
        Assert.NotNull((await lake.Planner.PlanAsync(lake.Experiment with { Split = lake.Experiment.Split with { AllowLeaks = true } }, lake.Folder, cancellation: Cancellation)).Dataset);
        lake.Options = new() { ChunkItems = 7, ShardBytes = 640, NearDuplicateDistance = 5 };
        Assert.Null((await lake.Planner.PlanAsync(lake.Experiment, lake.Folder, cancellation: Cancellation)).Dataset);
    }

    [Fact]
    public async Task A_test_picture_that_was_encoded_again_for_training_is_refused_by_name_unless_leaks_are_allowed()
    {
        using var lake = Supplied();
        lake.Drop("train/a/leak.jpg", Pictures.Scene(200, 64).Encoded(SKEncodedImageFormat.Jpeg, 50));
        lake.Drop("train/b/bright.png", Brighter(207));

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => LeakGate.VerifyAsync(lake.Store, lake.Experiment, dataset, Cancellation));

        Assert.Equal(2, dataset.Summary.Leaks);
        Assert.Contains("2 pairs of nearly the same picture lie on both sides of them: 'train/a/leak.jpg' and 'test/a/0.png' (test), 'train/b/bright.png' and 'test/b/7.png' (test).", error.Message);
        Assert.Contains("'allowLeaks: true'", error.Message);
        await LeakGate.VerifyAsync(lake.Store, lake.Experiment with { Split = new SplitSpec(AllowLeaks: true) }, dataset, Cancellation);
    }

    [Fact]
    public async Task Of_many_pairs_twenty_are_named_and_all_are_listed()
    {
        using var lake = Supplied();
        for (var i = 0; i < 30; i++)
        {
            lake.Drop($"train/a/leak-{i:d2}.jpg", Pictures.Scene(200 + i, 64).Encoded(SKEncodedImageFormat.Jpeg, 70));
        }

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => LeakGate.VerifyAsync(lake.Store, lake.Experiment, dataset, Cancellation));

        Assert.Contains("'train/a/leak-19.jpg'", error.Message);
        Assert.DoesNotContain("'train/a/leak-20.jpg'", error.Message);
        Assert.Contains("and 10 more", error.Message);
        Assert.Equal(30, (await File.ReadAllLinesAsync(await lake.Store.MaterializeAsync(dataset.Leaks!, Cancellation), Cancellation)).Length);
    }

    [Fact]
    public async Task Splits_that_share_no_picture_pass()
    {
        using var lake = Supplied();

        var dataset = await lake.ImportAllAsync();

        Assert.Null(dataset.Leaks);
        await LeakGate.VerifyAsync(lake.Store, lake.Experiment, dataset, Cancellation);
    }

    /// <summary>Each scene three times: as it is, encoded again, and larger.</summary>
    private static TestLake Filled()
    {
        var lake = new TestLake { Experiment = Sized() };
        for (var i = 0; i < Scenes; i++)
        {
            lake.Drop($"kept/{i:d3}.png", Pictures.Scene(i, 64).Encoded());
            lake.Drop($"encoded/{i:d3}.jpg", Pictures.Scene(i, 64).Encoded(SKEncodedImageFormat.Jpeg, 50));
            lake.Drop($"larger/{i:d3}.png", Pictures.Scene(i, 96).Encoded());
        }

        return lake;
    }

    private static TestLake Supplied()
    {
        var lake = new TestLake { Experiment = Sized() };
        for (var i = 0; i < 30; i++)
        {
            lake.Drop($"train/{(i % 2 == 0 ? 'a' : 'b')}/{i}.png", Pictures.Scene(100 + i, 64).Encoded());
            lake.Drop($"test/{(i % 2 == 0 ? 'a' : 'b')}/{i}.png", Pictures.Scene(200 + i, 64).Encoded());
        }

        return lake;
    }

    private static Experiment Sized()
    {
        using var lake = new TestLake();
        return lake.Experiment with { Input = new InputSpec(28, 1) };
    }

    private static byte[] Brighter(int seed)
    {
        var bitmap = Pictures.Scene(seed, 64);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
            {
                var colour = bitmap.GetPixel(x, y);
                bitmap.SetPixel(x, y, new SKColor((byte)(colour.Red + 20), (byte)(colour.Green + 20), (byte)(colour.Blue + 20)));
            }
        }

        return bitmap.Encoded();
    }

    private static async Task<IReadOnlyList<(string Path, string Split, int Item, int Group)>> RowsAsync(TestLake lake, DatasetManifest dataset)
    {
        await using var reader = await ParquetReader.CreateAsync(await lake.Store.MaterializeAsync(dataset.Provenance, Cancellation), cancellationToken: Cancellation);
        var rows = new List<(string, string, int, int)>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            string?[] paths = new string?[group.RowCount], splits = new string?[group.RowCount];
            int[] items = new int[group.RowCount], groups = new int[group.RowCount];
            await group.ReadAsync(reader.Schema.FindDataField("path"), paths.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync(reader.Schema.FindDataField("split"), splits.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync<int>(reader.Schema.FindDataField("item"), items.AsMemory(), cancellationToken: Cancellation);
            await group.ReadAsync<int>(reader.Schema.FindDataField("group"), groups.AsMemory(), cancellationToken: Cancellation);
            rows.AddRange(Enumerable.Range(0, paths.Length).Select(row => (paths[row]!, splits[row]!, items[row], groups[row])));
        }

        return rows;
    }
}
