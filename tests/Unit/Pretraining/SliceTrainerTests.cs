using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Hosting.Runs;
using Pipeline.Learning.Native;
using Pipeline.Pretraining;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Pretraining;

[Collection(TorchTests.Name)]
public sealed class SliceTrainerTests
{
    /// <summary>Four steps in each of two epochs.</summary>
    private const int Steps = 8;

    private static readonly PretrainingOptions EachStep =
        new() { Points = 100, MeasureEvery = 3, HeldOutSamples = 8, FinalHeldOutSamples = 16 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_killed_after_every_step_ends_in_the_same_encoder()
    {
        using var undisturbed = await ToyDataset.CreateAsync();
        using var disturbed = await ToyDataset.CreateAsync();
        var expected = await ToTheEndAsync(undisturbed, EachStep);

        var slice = await SliceAsync(disturbed);
        ArtifactReference? encoder = null;
        for (var steps = 1; encoder is null; steps++)
        {
            // Another trainer: nothing in memory survives.
            using var trainer = Trainer(disturbed, EachStep);
            (encoder, var step, _) = await OneStepAsync(trainer, slice);
            Assert.Equal(steps, step);
            slice = slice with { Slice = slice.Slice + 1, Step = step };
        }

        var found = await disturbed.Store.ReadManifestAsync<EncoderManifest>(encoder.Key, Token);
        Assert.Equal(Steps, slice.Slice);
        Assert.Equal(expected.File, found.File);
        Assert.Equal(expected.History.Select(Text), found.History.Select(Text));
        Assert.Equal(expected.Time.Views, found.Time.Views);
    }

    [Fact]
    public async Task A_trainer_that_stays_warm_between_slices_ends_in_the_same_encoder()
    {
        using var undisturbed = await ToyDataset.CreateAsync();
        using var sliced = await ToyDataset.CreateAsync();
        var expected = await ToTheEndAsync(undisturbed, EachStep);

        using var trainer = Trainer(sliced, EachStep);
        var slice = await SliceAsync(sliced);
        ArtifactReference? encoder = null;
        while (encoder is null)
        {
            (encoder, var step, _) = await OneStepAsync(trainer, slice);
            slice = slice with { Slice = slice.Slice + 1, Step = step };
        }

        Assert.Equal(expected.File, (await sliced.Store.ReadManifestAsync<EncoderManifest>(encoder.Key, Token)).File);
    }

    [Fact]
    public async Task Steps_done_since_the_checkpoint_are_done_again_with_the_same_outcome()
    {
        using var undisturbed = await ToyDataset.CreateAsync();
        using var disturbed = await ToyDataset.CreateAsync();
        var expected = await ToTheEndAsync(undisturbed, EachStep);
        var slice = await SliceAsync(disturbed);
        using (var trainer = Trainer(disturbed, EachStep))
        {
            await OneStepAsync(trainer, slice);
            await OneStepAsync(trainer, slice);
        }

        var newest = await CheckpointsAsync(disturbed);
        await disturbed.Store.DeleteAsync(newest[^1], Token);

        Assert.Equal(expected.File, (await ToTheEndAsync(disturbed, EachStep)).File);
    }

    [Fact]
    public async Task Test_samples_are_never_opened()
    {
        using var data = await ToyDataset.CreateAsync();
        await data.Store.DeleteAsync(data.Manifest.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);
        await data.LabelAsync(ToyDataset.Experiment);

        Assert.Equal(Steps, (await ToTheEndAsync(data, EachStep)).Steps);
    }

    [Fact]
    public async Task The_newest_checkpoint_and_the_one_before_it_stay()
    {
        using var data = await ToyDataset.CreateAsync();
        var slice = await SliceAsync(data);
        using var trainer = Trainer(data, EachStep);
        for (var i = 0; i < 5; i++)
            await OneStepAsync(trainer, slice);

        Assert.Equal(["000000000004.safetensors", "000000000005.safetensors"], (await CheckpointsAsync(data)).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_finished_run_is_found_and_not_trained_again()
    {
        using var data = await ToyDataset.CreateAsync();
        var slice = await SliceAsync(data);
        using var trainer = Trainer(data, EachStep);
        Assert.Null((await FoundAsync(data, slice)).Single().Encoder);
        var first = await trainer.TrainAsync(slice, _ => { }, Token);

        var again = await trainer.TrainAsync(slice, _ => Assert.Fail("It trained."), Token);

        Assert.NotNull(first.Encoder);
        Assert.Equal(first with { Views = 0 }, again);
        Assert.Equal(first.Encoder, (await FoundAsync(data, slice)).Single().Encoder);
    }

    [Fact]
    public async Task The_history_has_every_point_and_held_out_measures_at_some_and_the_last()
    {
        using var data = await ToyDataset.CreateAsync();
        var told = new List<PretrainingProgressed>();
        using var trainer = Trainer(data, EachStep);
        var (reference, _, _) = await trainer.TrainAsync(await SliceAsync(data), told.Add, Token);
        var encoder = await data.Store.ReadManifestAsync<EncoderManifest>(reference!.Key, Token);

        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (long)step), encoder.History.Select(point => point.Step));
        Assert.Equal([3L, 6, 8], encoder.History.Where(point => point.HeldOut is not null).Select(point => point.Step));
        Assert.Equal([8L * 4, 8 * 4, 16 * 4], encoder.History.Where(point => point.HeldOut is not null)
            .Select(point => point.HeldOut!.Views));
        Assert.All(encoder.History, point => Assert.InRange(point.Loss, 0.01, 10));
        Assert.All(encoder.History, point => Assert.InRange(point.LearningRate, 1e-9, 0.0100001));
        Assert.All(encoder.History.Where(point => point.HeldOut is not null),
            point => Assert.InRange(point.HeldOut!.Accuracy["rotation"], 0, 1));
        Assert.Equal(encoder.History.Select(Text), told.Select(progress => Text(progress.Point)));
        Assert.All(told, progress => Assert.Equal(Steps, progress.Steps));
        Assert.Equal(Steps * 8 * 4, encoder.Time.Views);
        Assert.True(encoder.Time is { Training: > 0, Measuring: > 0, Checkpointing: > 0 });
    }

    [Fact]
    public async Task A_point_tells_the_mean_loss_since_the_point_before()
    {
        using var fine = await ToyDataset.CreateAsync();
        using var coarse = await ToyDataset.CreateAsync();

        var each = (await ToTheEndAsync(fine, EachStep)).History;
        var every = (await ToTheEndAsync(coarse, new PretrainingOptions { Points = 2 })).History;

        Assert.Equal([4L, 8], every.Select(point => point.Step));
        Assert.Equal(each.Take(4).Average(point => point.Loss), every[0].Loss, tolerance: 1e-6);
        Assert.Equal(each.Skip(4).Average(point => point.Loss), every[1].Loss, tolerance: 1e-6);
    }

    [Fact]
    public async Task Features_that_hardly_differ_stop_the_run()
    {
        using var data = await ToyDataset.CreateAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            ToTheEndAsync(data, new PretrainingOptions { MeasureEvery = 1, CollapseDeviation = 1 }));

        Assert.Contains("collapsed at step 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("deviation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_along_one_direction_stop_the_run()
    {
        using var data = await ToyDataset.CreateAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            ToTheEndAsync(data, new PretrainingOptions { MeasureEvery = 1, CollapseDeviation = 0, CollapseRank = 1000 }));

        Assert.Contains("effective rank", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_diverged_leaves_no_checkpoint_of_it_behind()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = ToyDataset.Experiment with { Pretraining = ToyDataset.Experiment.Pretraining with { LearningRate = 1e30 } };

        await Assert.ThrowsAsync<PipelineException>(() => ToTheEndAsync(data, EachStep, experiment));

        Assert.Empty(await CheckpointsAsync(data));
    }

    [Fact]
    public async Task TensorBoard_has_a_file_for_each_slice_with_the_points_that_it_added()
    {
        using var data = await ToyDataset.CreateAsync();
        using var trainer = Trainer(data, EachStep);
        var slice = await SliceAsync(data);
        await OneStepAsync(trainer, slice);
        await trainer.TrainAsync(slice, _ => { }, Token);

        var files = await KeysAsync(data, "/tensorboard/");
        Assert.Equal(["events.out.tfevents.000000000001", "events.out.tfevents.000000000008"], files.Select(Path.GetFileName));
        var texts = files.Select(key => Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(data.Store.Root, key)))).ToList();
        Assert.Equal([1, 7], texts.Select(text => Count(text, "pretraining/loss")));
        Assert.Equal([1, 7], texts.Select(text => Count(text, "pretraining/learning rate")));
        foreach (var tag in new[] { "held-out/accuracy rotation", "held-out/feature deviation", "held-out/effective rank" })
            Assert.Equal([0, 3], texts.Select(text => Count(text, tag)));
    }

    [Fact]
    public async Task Runs_share_an_encoder_exactly_when_it_would_be_the_same()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = ToyDataset.Experiment;
        var labels = await data.LabelAsync(experiment);
        async Task<string> RootAsync(Experiment experiment, IReadOnlyList<ArtifactReference>? others = null)
        {
            await data.Store.DeleteAsync("experiment.json", Token);
            return (await PretrainingPlan.ReadAsync(data.Store, await data.RunAsync(experiment), others ?? labels, null, Token)).Root;
        }

        var root = await RootAsync(experiment);

        Assert.Equal(root, await RootAsync(experiment with
        {
            Name = "other",
            FineTuning = experiment.FineTuning with { Labels = [9] },
            Evaluation = new EvaluationSpec { Seed = 9 }
        }));
        Assert.NotEqual(root, await RootAsync(experiment with { Encoder = new EncoderSpec("convnet", 8) }));
        Assert.NotEqual(root, await RootAsync(experiment with { Pretraining = experiment.Pretraining with { Seed = 2 } }));
        var flips = experiment with { Pretext = ["flip"] };
        Assert.NotEqual(root, await RootAsync(flips, await data.LabelAsync(flips)));
        Assert.Equal(root, await RootAsync(experiment with { Pretext = ["auto"] }));
    }

    [Fact]
    public async Task Test_samples_have_no_part_in_where_an_encoder_lies()
    {
        using var data = await ToyDataset.CreateAsync();
        using var other = await ToyDataset.CreateAsync((Split.Train, 20), (Split.Validation, 20), (Split.Train, 20), (Split.Test, 3));

        Assert.Equal((await PlanAsync(data)).Root, (await PlanAsync(other)).Root);
        static async Task<PretrainingPlan> PlanAsync(ToyDataset data)
        {
            var slice = await SliceAsync(data);
            return await PretrainingPlan.ReadAsync(data.Store, slice.Run, slice.PseudoLabels, null, Token);
        }
    }

    private static async Task<EncoderManifest> ToTheEndAsync(ToyDataset data, PretrainingOptions options, Experiment? experiment = null)
    {
        using var trainer = Trainer(data, options);
        var (encoder, _, _) = await trainer.TrainAsync(await SliceAsync(data, experiment), _ => { }, Token);
        return await data.Store.ReadManifestAsync<EncoderManifest>(encoder!.Key, Token);
    }

    /// <summary>As when the process is told to stop during the first step.</summary>
    private static async Task<(ArtifactReference? Encoder, long Step, long Views)> OneStepAsync(SliceTrainer trainer, TrainSlice slice)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
        return await trainer.TrainAsync(slice, _ => stopping.Cancel(), stopping.Token);
    }

    private static Task<IReadOnlyList<(TrainSlice First, ArtifactReference? Encoder)>> FoundAsync(ToyDataset data, TrainSlice slice) =>
        new RunEncoders(data.Store, new RunLedger(data.Store)).FindAsync(new PseudoLabelsReady(slice.Run, slice.PseudoLabels), Token);

    private static SliceTrainer Trainer(ToyDataset data, PretrainingOptions options) =>
        new(data.Store, Options.Create(options), new TorchDevice(LoadedTorch.Options));

    private static async Task<TrainSlice> SliceAsync(ToyDataset data, Experiment? experiment = null)
    {
        experiment ??= ToyDataset.Experiment;
        return new TrainSlice(await data.RunAsync(experiment), await data.LabelAsync(experiment), Slice: 0, Step: 0);
    }

    private static Task<List<string>> CheckpointsAsync(ToyDataset data) => KeysAsync(data, "/checkpoints/");

    private static async Task<List<string>> KeysAsync(ToyDataset data, string part)
    {
        var keys = new List<string>();
        await foreach (var artifact in data.Store.ListAsync("pretraining", Token))
        {
            if (artifact.Key.Contains(part, StringComparison.Ordinal))
                keys.Add(artifact.Key);
        }

        return keys;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Text(PretrainingPoint point) =>
        $"{point.Step} {point.Loss:r} {point.LearningRate:r} {point.HeldOut?.Accuracy["rotation"]:r} {point.HeldOut?.FeatureDeviation:r} "
        + $"{point.HeldOut?.EffectiveRank:r} {point.HeldOut?.Views}";
}
