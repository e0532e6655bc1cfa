using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.FineTuning;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.FineTuning;

[Collection(TorchTests.Name)]
public sealed class TrialRunnerTests
{
    private static readonly Experiment Experiment = ToyDataset.Experiment;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Arm> Arms { get; } = [.. Enum.GetValues<Arm>()];

    [Theory]
    [MemberData(nameof(Arms))]
    public async Task The_same_trial_gives_the_same_model(Arm arm)
    {
        using var here = await ToyDataset.CreateAsync();
        using var there = await ToyDataset.CreateAsync();
        var trial = Trial(arm, 6, 0.01);

        var (_, first) = await RunAsync(here, await EncoderAsync(here, seed: 1), trial);
        torch.manual_seed(4711);
        var (_, second) = await RunAsync(there, await EncoderAsync(there, seed: 1), trial);

        Assert.Equal(first.Model, second.Model);
        Assert.Equal(first.Loss, second.Loss);
        Assert.Equal(first.ValidationAccuracy, second.ValidationAccuracy);
        Assert.Equal(IsTuned(arm), first.Loss.Count == (IsStudent(arm) ? 2 : 1) * Experiment.FineTuning.Steps);
        Assert.InRange(first.ValidationAccuracy, 0, 1);
        Assert.Equal(first.ValidationAccuracy, first.Validation!["accuracy"]);
        Assert.Equal(["accuracy", "macro-f1", "balanced-accuracy"], first.Validation.Keys);
        Assert.Equal(trial, first.Trial);
    }

    [Fact]
    public async Task A_trial_that_has_its_result_is_not_trained_again()
    {
        using var data = await ToyDataset.CreateAsync();
        var encoder = await EncoderAsync(data, seed: 1);
        var trial = Trial(Arm.Pretrained, 6, 0.01);
        var (first, _) = await RunAsync(data, encoder, trial);
        foreach (var shard in data.Manifest.Shards)
            await data.Store.DeleteAsync(shard.File.Key, Token);

        var (second, _) = await RunAsync(data, encoder, trial);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_trial_of_an_encoder_among_several_is_that_of_the_encoder_alone()
    {
        using var data = await ToyDataset.CreateAsync();
        var encoder = await EncoderAsync(data, seed: 1);
        var trial = Trial(Arm.Pretrained, 6, 0.01);
        var (_, among) = await RunAsync(data, encoder, trial with { PretrainingSeed = 4 });
        foreach (var shard in data.Manifest.Shards)
            await data.Store.DeleteAsync(shard.File.Key, Token);

        // Without data: found, not trained.
        var (_, alone) = await RunAsync(data, encoder, trial);
        var (_, again) = await RunAsync(data, encoder, trial with { PretrainingSeed = 4 });

        Assert.Equal((trial, trial with { PretrainingSeed = 4 }), (alone.Trial, among.Trial));
        Assert.Equal((alone.Model, alone.ValidationAccuracy), (among.Model, among.ValidationAccuracy));
        Assert.Equal((among.Trial, among.Model), (again.Trial, again.Model));
    }

    [Theory]
    [MemberData(nameof(Arms))]
    public async Task The_test_split_is_never_opened(Arm arm)
    {
        using var data = await ToyDataset.CreateAsync();
        await data.Store.DeleteAsync(data.Manifest.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);

        var (_, result) = await RunAsync(data, await EncoderAsync(data, seed: 1), Trial(arm, 6, 0.01));

        Assert.InRange(result.ValidationAccuracy, 0, 1);
    }

    [Fact]
    public async Task Only_trials_that_start_from_the_encoder_depend_on_it_and_none_on_the_test_split()
    {
        using var data = await ToyDataset.CreateAsync();
        var (one, other) = (await EncoderAsync(data, seed: 1), await EncoderAsync(data, seed: 2));
        var withoutTest = data.Manifest with { Shards = [.. data.Manifest.Shards.Where(shard => shard.Split != Split.Test)] };

        foreach (var arm in Enum.GetValues<Arm>())
        {
            var trial = Trial(arm, 6, 0.01);
            var root = TrialPlan.Root(Experiment, data.Manifest, one, trial);

            Assert.Equal(!TrialArms.Of(arm).Pretrained,
                root == TrialPlan.Root(Experiment, data.Manifest, other, trial));
            Assert.Equal(root, TrialPlan.Root(Experiment, withoutTest, one, trial));
            Assert.NotEqual(root, TrialPlan.Root(Experiment, data.Manifest, one, trial with { Draw = 1 }));
            Assert.Equal(!IsTuned(arm),
                root == TrialPlan.Root(Experiment with { FineTuning = Experiment.FineTuning with { Steps = 4 } }, data.Manifest, one,
                    trial));
            Assert.Equal(!IsTuned(arm),
                root == TrialPlan.Root(Experiment with { FineTuning = Experiment.FineTuning with { Decay = DecayedParameters.Matrices } },
                    data.Manifest, one, trial));
            Assert.Equal(arm != Arm.Lora,
                root == TrialPlan.Root(Experiment with { FineTuning = Experiment.FineTuning with { LoraRank = 2 } }, data.Manifest, one,
                    trial));
            Assert.Equal(arm != Arm.LayerDecay,
                root == TrialPlan.Root(Experiment with { FineTuning = Experiment.FineTuning with { LayerDecay = 0.5 } }, data.Manifest, one,
                    trial));
        }
    }

    [Fact]
    public async Task The_pretrained_arm_starts_from_the_encoder_and_scratch_does_not()
    {
        using var data = await ToyDataset.CreateAsync();
        var encoder = await EncoderAsync(data, seed: 1);
        using var start = SafetensorsFile.Open(await data.Store.MaterializeAsync(encoder.File, Token));
        var before = start.Read<float>("conv1.weight").ToArray();

        // A rate at which nothing moves.
        var (_, pretrained) = await RunAsync(data, encoder, Trial(Arm.Pretrained, 6, 1e-12));
        var (_, scratch) = await RunAsync(data, encoder, Trial(Arm.Scratch, 6, 1e-12));
        using var tuned = SafetensorsFile.Open(await data.Store.MaterializeAsync(pretrained.Model, Token));
        using var random = SafetensorsFile.Open(await data.Store.MaterializeAsync(scratch.Model, Token));

        Assert.All(before.Zip(tuned.Read<float>("encoder.conv1.weight").ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-6f));
        Assert.NotEqual(before, random.Read<float>("encoder.conv1.weight").ToArray());
        Assert.Equal(tuned.Read<float>("head.weight").ToArray().Select(Rounded), random.Read<float>("head.weight").ToArray()
            .Select(Rounded));
        static double Rounded(float weight) => Math.Round(weight, 6);
    }

    [Fact]
    public async Task A_frozen_arm_leaves_the_encoder_as_it_is_and_keeps_the_head_alone()
    {
        using var data = await ToyDataset.CreateAsync();
        var encoder = await EncoderAsync(data, seed: 1);
        var spec = Experiment.FineTuning;

        var (_, result) = await RunAsync(data, encoder, Trial(Arm.Frozen, 6, 0.1));

        using var model = SafetensorsFile.Open(await data.Store.MaterializeAsync(result.Model, Token));
        Assert.Equal(["probe.coefficients", "probe.mean", "probe.scale", "probe.shift"],
            model.Entries.Keys.Order(StringComparer.Ordinal));

        // Its mean is that of the features that the encoder, untouched, gives the six samples of the draw.
        using var scope = torch.NewDisposeScope();
        using var net = EncoderArchitectures.Create(Experiment.Encoder, Experiment.Input);
        using var file = SafetensorsFile.Open(await data.Store.MaterializeAsync(encoder.File, Token));
        net.LoadTensors(file);
        net.eval();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);
        var samples = new LabelledImages(reader, data.Manifest.Classes);
        var draw = LabelDraws.Order(samples.Strata, spec.Seed, 0)[..6];
        var mean = net.forward(samples.Inputs(draw, torch.CPU)).mean([0]).data<float>().ToArray();
        Assert.All(mean.Zip(model.Read<float>("probe.shift").ToArray()), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3f));
    }

    [Theory]
    [InlineData(Arm.Propagation)]
    [InlineData(Arm.BaselinePropagation)]
    [InlineData(Arm.Student)]
    public async Task What_the_labels_reached_is_told(Arm arm)
    {
        using var data = await ToyDataset.CreateAsync();

        var (_, result) = await RunAsync(data, await EncoderAsync(data, seed: 1), Trial(arm, 6, 0.01));
        var (_, other) = await RunAsync(data, await EncoderAsync(data, seed: 1), Trial(Arm.Frozen, 6, 0.01));

        Assert.Equal((40, 6), (result.Reach!.Pool, result.Reach.Labels.Sum()));
        Assert.Equal(result.Reach.Reached, result.Reach.Given.Sum());
        Assert.InRange(result.Reach.Share, 0.5, 1);
        Assert.Null(other.Reach);
    }

    [Fact]
    public async Task More_labels_than_there_are_are_refused_with_the_number_there_are()
    {
        using var data = await ToyDataset.CreateAsync();
        var labelled = Enumerable.Range(0, 20).Concat(Enumerable.Range(40, 20)).Count(sample => ToyDataset.Label(sample) >= 0);

        var error = await Assert.ThrowsAsync<PipelineException>(async () =>
            await RunAsync(data, await EncoderAsync(data, seed: 1), Trial(Arm.Scratch, 1000, 0.01)));

        Assert.Contains("1000 labels", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{labelled} labelled samples", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_validation_split_without_labels_is_refused()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 20), (Split.Test, 5));

        var error = await Assert.ThrowsAsync<PipelineException>(async () =>
            await RunAsync(data, await EncoderAsync(data, seed: 1), Trial(Arm.Scratch, 6, 0.01)));

        Assert.Contains("the validation split 0", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The first readout or description of the arm.</summary>
    private static Trial Trial(Arm arm, int labels, double setting) => new(
        arm, labels, Draw: 0, arm is Arm.Propagation or Arm.PropagationRandom or Arm.BaselinePropagation ? 0.9 : setting,
        TrialArms.Of(arm).Readouts(Experiment)[0]);

    private static bool IsTuned(Arm arm) => arm is Arm.Pretrained or Arm.Scratch or Arm.Lora or Arm.LayerDecay || IsStudent(arm);

    private static bool IsStudent(Arm arm) => arm is Arm.Student or Arm.StudentScratch;

    private static async Task<(ArtifactReference Reference, TrialResult Result)> RunAsync(ToyDataset data, EncoderManifest encoder,
        Trial trial)
    {
        using var runner = new TrialRunner(data.Store, new TorchDevice(LoadedTorch.Options));
        var reference = await runner.RunAsync(Experiment, data.Manifest, encoder, trial, Token);
        return (reference, await data.Store.ReadManifestAsync<TrialResult>(reference.Key, Token));
    }

    private static async Task<EncoderManifest> EncoderAsync(ToyDataset data, ulong seed)
    {
        using var encoder = EncoderArchitectures.Create(Experiment.Encoder, Experiment.Input);
        WeightInitialization.Initialize(encoder, seed);
        var put = await data.Store.CreateAsync(
            $"encoders/{seed}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, [.. encoder.Tensors()], cancellation: token), Token);
        return new EncoderManifest
        {
            Encoder = Experiment.Encoder,
            Input = Experiment.Input,
            File = put.Reference,
            Steps = 1,
            History = [],
            Time = new PretrainingTime(0, 0, 0, 0, 0),
            Environment = new EnvironmentSummary("cpu", 1, ""),
        };
    }
}
