using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.PseudoLabels;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.PseudoLabels;

public sealed class ShardLabellerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rotation")]
    [InlineData("flip")]
    [InlineData("rotation-flip")]
    public async Task A_file_has_a_row_for_each_view_of_each_sample_that_is_not_ambiguous(string name)
    {
        using var data = await ToyDataset.CreateAsync();
        var manifest = (await data.PseudoLabelsAsync(ToyDataset.Experiment with { Pretext = [name] })).Single();
        var task = (ViewPretext)PretextList.Named(name);

        Assert.Equal((name, task.Views.Count, data.Reference, 0.02),
            (manifest.Task, manifest.Classes, manifest.Dataset, manifest.Ambiguity));
        var labelled = data.Manifest.Shards.Where(shard => shard.Split != Split.Test).ToList();
        Assert.Equal(labelled.Select(shard => (shard.File.Key, shard.Split)),
            manifest.Shards.Select(shard => (shard.SampleShard, shard.Split)));
        var first = 0;
        foreach (var (samples, labels) in labelled.Zip(manifest.Shards))
        {
            var usable = Enumerable.Range(0, samples.Samples)
                .Where(row => !ToyDataset.Plain(first + row) && (name == "rotation" || !ToyDataset.Symmetric(first + row))).ToList();
            using var file = SafetensorsFile.Open(await data.Store.MaterializeAsync(labels.File, Token));

            Assert.Equal(usable.SelectMany(row => Enumerable.Repeat(row, task.Views.Count)), file.Read<int>("sample").ToArray());
            Assert.Equal(usable.SelectMany(_ => task.Views.Select(view => view.Code)), file.Read<byte>("view").ToArray());
            Assert.Equal(usable.SelectMany(_ => Enumerable.Range(0, task.Views.Count).Select(label => (byte)label)),
                file.Read<byte>("label")
                .ToArray());
            Assert.Equal(samples.File.Digest, file.Metadata["sample_shard_digest"]);
            Assert.Equal(name, file.Metadata["task"]);
            Assert.Equal((usable.Count, samples.Samples - usable.Count), (labels.Samples, labels.Ambiguous));
            first += samples.Samples;
        }

        Assert.Equal(manifest.Shards.Sum(shard => shard.Samples), manifest.Samples);
        Assert.Equal(60, manifest.Samples + manifest.Ambiguous);
    }

    [Fact]
    public async Task Test_shards_are_never_opened()
    {
        using var data = await ToyDataset.CreateAsync((Split.Test, 10), (Split.Train, 20), (Split.Validation, 10), (Split.Test, 5));
        foreach (var shard in data.Manifest.Shards.Where(shard => shard.Split == Split.Test))
            await data.Store.DeleteAsync(shard.File.Key, Token);

        var labeller = new ShardLabeller(data.Store);
        Assert.Equal([("rotation", 0), ("rotation", 1)],
            await labeller.MissingAsync(data.Reference, data.Manifest, ToyDataset.Experiment, Token));

        var manifest = (await data.PseudoLabelsAsync(ToyDataset.Experiment)).Single();
        Assert.Equal([Split.Train, Split.Validation], manifest.Shards.Select(shard => shard.Split));
    }

    [Fact]
    public async Task Samples_are_left_out_when_their_distance_is_below_the_threshold_and_no_others()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 30), (Split.Validation, 10));
        var task = (ViewPretext)PretextList.Named("rotation");
        var distances = Enumerable.Range(0, 40).Select(sample => Ambiguity.Distance(task, ToyDataset.Paint(sample), 1, ToyDataset.Size))
            .ToList();
        var threshold = distances[12];

        var manifest = (await data.PseudoLabelsAsync(ToyDataset.Experiment with { PseudoLabels = new PseudoLabelSpec(threshold) }))
            .Single();

        Assert.Equal(distances.Count(distance => distance < threshold), manifest.Ambiguous);
        Assert.InRange(manifest.Ambiguous, 5, 39);
        using var file = SafetensorsFile.Open(await data.Store.MaterializeAsync(manifest.Shards[0].File, Token));
        Assert.Contains(12, file.Read<int>("sample").ToArray());
    }

    [Fact]
    public async Task Data_of_which_nothing_can_be_asked_is_refused()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 20), (Split.Validation, 10));
        var experiment = ToyDataset.Experiment with { PseudoLabels = new PseudoLabelSpec(2.1) };

        var error = await Assert.ThrowsAsync<PipelineException>(() => data.LabelAsync(experiment));

        Assert.Contains("All 30 samples are ambiguous for 'rotation'", error.Message, StringComparison.Ordinal);
        Assert.Null(await new ShardLabeller(data.Store).FindAllAsync(data.Reference, experiment, Token));
    }

    [Fact]
    public async Task Shards_may_be_labelled_in_any_order_and_by_several_workers()
    {
        using var inOrder = await ToyDataset.CreateAsync();
        using var reversed = await ToyDataset.CreateAsync();
        var expected = (await inOrder.PseudoLabelsAsync(ToyDataset.Experiment)).Single();

        foreach (var shard in new[] { 2, 0 })
        {
            Assert.False(await LabelAsync(reversed, shard));
            Assert.Null(await new ShardLabeller(reversed.Store).FindAllAsync(reversed.Reference, ToyDataset.Experiment, Token));
        }

        var last = await Task.WhenAll(LabelAsync(reversed, 1), LabelAsync(reversed, 1));
        Assert.Equal([true, true], last);

        var found = (await new ShardLabeller(reversed.Store).FindAllAsync(reversed.Reference, ToyDataset.Experiment, Token))!.Single();
        var manifest = await reversed.Store.ReadManifestAsync<PseudoLabelManifest>(found.Key, Token);
        Assert.Equal(expected.Shards, manifest.Shards);
        Assert.Equal((expected.Samples, expected.Ambiguous), (manifest.Samples, manifest.Ambiguous));
    }

    [Fact]
    public async Task Labelling_again_changes_nothing_and_does_no_work()
    {
        using var data = await ToyDataset.CreateAsync();
        var before = await data.LabelAsync(ToyDataset.Experiment);
        foreach (var shard in data.Manifest.Shards)
            await data.Store.DeleteAsync(shard.File.Key, Token);

        Assert.Equal(before, await data.LabelAsync(ToyDataset.Experiment));
    }

    [Fact]
    public async Task A_shard_without_a_usable_sample_has_an_empty_file()
    {
        // The eighth sample alone is plain.
        using var data = await ToyDataset.CreateAsync((Split.Train, 7), (Split.Train, 1), (Split.Train, 3));

        var manifest = (await data.PseudoLabelsAsync(ToyDataset.Experiment)).Single();

        Assert.Equal([(7, 0), (0, 1), (3, 0)], manifest.Shards.Select(shard => (shard.Samples, shard.Ambiguous)));
        using var samples = await ViewSamples.OpenAsync(data.Store, data.Manifest, [manifest], Split.Train,
            Token);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 8, 9, 10], samples.Usable);
    }

    [Fact]
    public async Task A_version_that_has_grown_has_only_its_new_shards_labelled()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = ToyDataset.Experiment with { Pretext = ["rotation", "flip"] };
        await data.LabelAsync(experiment);
        var labeller = new ShardLabeller(data.Store);

        // The same shards, one of them moved and one new.
        using var other = await ToyDataset.CreateAsync((Split.Train, 33));
        var added = other.Manifest.Shards[0];
        await using (var content = await other.Store.OpenReadAsync(added.File.Key, Token))
            await data.Store.CreateAsync("samples/new.safetensors", content.CopyToAsync, Token);

        var grown = data.Manifest
            with
        {
            Shards = [data.Manifest.Shards[2], data.Manifest.Shards[0],
                added with { File = added.File with { Key = "samples/new.safetensors" } }, data.Manifest.Shards[1],
                data.Manifest.Shards[3]]
        };
        var reference = (await data.Store.CreateManifestAsync("grown.json", grown, Token)).Reference;

        Assert.Equal([("rotation", 2), ("flip", 2)], await labeller.MissingAsync(reference, grown, experiment, Token));
        Assert.True(await labeller.LabelAsync(reference, grown, experiment, "rotation", 2, Token));
        Assert.Null(await labeller.FindAllAsync(reference, experiment, Token));
        Assert.True(await labeller.LabelAsync(reference, grown, experiment, "flip", 2, Token));

        var found = (await labeller.FindAllAsync(reference, experiment, Token))!;
        var manifest = await data.Store.ReadManifestAsync<PseudoLabelManifest>(found[0].Key, Token);
        var labelled = ShardLabeller.Labelled(grown);
        Assert.Equal(labelled.Select(shard => shard.File.Key), manifest.Shards.Select(shard => shard.SampleShard));
        Assert.Equal(labelled.Sum(shard => shard.Samples), manifest.Samples + manifest.Ambiguous);
    }

    [Fact]
    public async Task A_version_of_old_shards_alone_is_complete_at_once()
    {
        using var data = await ToyDataset.CreateAsync();
        await data.LabelAsync(ToyDataset.Experiment);
        var smaller = data.Manifest with { Shards = [.. data.Manifest.Shards.Skip(1)] };
        var reference = (await data.Store.CreateManifestAsync("smaller.json", smaller, Token)).Reference;
        var labeller = new ShardLabeller(data.Store);

        Assert.Empty(await labeller.MissingAsync(reference, smaller, ToyDataset.Experiment, Token));
        Assert.NotNull(await labeller.FindAllAsync(reference, ToyDataset.Experiment, Token));
    }

    [Fact]
    public void Where_labels_lie_depends_on_data_task_and_threshold()
    {
        var data = new ArtifactReference("a", "sha256:1", 1);
        string[] roots =
        [
            ShardLabeller.Root(data, "flip", new PseudoLabelSpec(0.1)),
            ShardLabeller.Root(data, "rotation", new PseudoLabelSpec(0.1)),
            ShardLabeller.Root(data, "flip", new PseudoLabelSpec(0.2)),
            ShardLabeller.Root(data with { Key = "b" }, "flip", new PseudoLabelSpec(0.1)),
        ];

        Assert.Equal(4, roots.Distinct().Count());

        // The key is the content; the digest is that of a manifest that tells of compute seconds too.
        Assert.Equal(roots[0], ShardLabeller.Root(data with { Digest = "sha256:2" }, "flip", new PseudoLabelSpec(0.1)));
    }

    private static Task<bool> LabelAsync(ToyDataset data, int shard) =>
        new ShardLabeller(data.Store).LabelAsync(data.Reference, data.Manifest, ToyDataset.Experiment, "rotation", shard, Token);
}
