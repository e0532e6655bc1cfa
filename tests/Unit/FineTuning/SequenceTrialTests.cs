using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Evaluation;
using Pipeline.Evaluation.Reporting;
using Pipeline.FineTuning;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Tuning;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.FineTuning;

[Collection(TorchTests.Name)]
public sealed class SequenceTrialTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Arm, string> Trials { get; } = new(
        from task in (string[])["classification", "tagging"]
        from arm in Enum.GetValues<Arm>()
        where TrialArms.Of(arm).Suits(TaskList.Named(task), ToySequences.Experiment.Modality)
        select (arm, task));

    [Theory]
    [MemberData(nameof(Trials))]
    public async Task The_same_trial_gives_the_same_model_and_never_opens_the_test_split(Arm arm, string task)
    {
        using var here = await ToySequences.CreateAsync();
        using var there = await ToySequences.CreateAsync();
        await there.Store.DeleteAsync(there.Manifest.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);
        var trial = Trial(arm, 12, 0.01, task);

        var first = await RunAsync(here, Asking(task), trial);
        torch.manual_seed(4711);
        var second = await RunAsync(there, Asking(task), trial);

        Assert.Equal(first.Model.Digest, second.Model.Digest);
        Assert.Equal(first.Loss, second.Loss);
        Assert.Equal(first.Validation, second.Validation);
        Assert.Equal(task == "tagging", first.Validation!.ContainsKey(Metrics.EntityF1));
        Assert.Equal(arm is Arm.Pretrained or Arm.Scratch or Arm.Lora or Arm.LayerDecay, first.Loss.Count == 4);
        Assert.Equal(arm is Arm.Student or Arm.StudentScratch, first.Loss.Count == 8);
    }

    [Theory]
    [InlineData(Arm.Scratch, "classification", 0.01, 0.85)]
    [InlineData(Arm.Lora, "classification", 0.03, 0.6)]
    [InlineData(Arm.LayerDecay, "classification", 0.01, 0.8)]
    [InlineData(Arm.Baseline, "classification", 0.01, 0.8)]
    [InlineData(Arm.Scratch, "tagging", 0.01, 0.9)]
    [InlineData(Arm.Frozen, "tagging", 0.5, 0.85)]
    public async Task What_can_be_learned_is_learned_and_the_kept_model_answers_on_the_test_split(Arm arm, string task, double rate,
        double least)
    {
        using var data = await ToySequences.CreateAsync();
        var experiment = Asking(task);
        experiment = experiment with { FineTuning = experiment.FineTuning with { Steps = 60, Batch = 16 } };
        var trial = Trial(arm, 48, rate, task);
        var result = await RunAsync(data, experiment, trial);

        var (truth, predictions) = await PredictAsync(data, experiment, result);

        Assert.InRange(Metrics.All(truth, Assert.Single(predictions).Classes)[Metrics.Accuracy], least, 1);
        Assert.Equal(80 - (80 / 6), truth.Samples, tolerance: 1);
    }

    [Fact]
    public async Task A_kept_model_answers_as_it_did_when_it_was_trained()
    {
        // The test split is made the validation split: what validation said must come again.
        using var data = await ToySequences.CreateAsync();
        foreach (var task in (string[])["classification", "tagging"])
        {
            foreach (var arm in Enum.GetValues<Arm>().Where(arm => TrialArms.Of(arm).Suits(TaskList.Named(task), data.Manifest.Modality)))
            {
                var result = await RunAsync(data, Asking(task), Trial(arm, 12, 0.01, task));
                var swapped = data.Manifest
                    with
                {
                    Shards = [.. data.Manifest.Shards.Select(shard => shard.Split switch
                    {
                        Split.Validation => shard with { Split = Split.Test },
                        Split.Test => shard with { Split = Split.Validation },
                        _ => shard,
                    })]
                };

                var (truth, predictions) = await PredictAsync(data, Asking(task), result, swapped);

                Assert.Equal(result.Validation, Metrics.All(truth, Assert.Single(predictions).Classes));
            }
        }
    }

    private static Trial Trial(Arm arm, int labels, double setting, string task) => new(
        arm, labels, Draw: 0, arm is Arm.Propagation or Arm.PropagationRandom or Arm.BaselinePropagation ? 0.9 : setting,
        TrialArms.Of(arm).Readouts(Asking(task))[0]);

    [Fact]
    public void Tagging_has_no_baseline()
    {
        Assert.DoesNotContain(TrialPlan.Trials(Asking("tagging")), trial => trial.Arm == Arm.Baseline);
        Assert.Contains(TrialPlan.Trials(Asking("classification")), trial => trial.Arm == Arm.Baseline);
    }

    [Fact]
    public async Task Trials_depend_on_the_tokenizer_and_on_what_is_asked()
    {
        using var data = await ToySequences.CreateAsync();
        var encoder = await data.EncoderAsync(seed: 1);
        var other = encoder with { Tokenizer = encoder.Tokenizer! with { Spec = encoder.Tokenizer.Spec with { Length = 12 } } };
        var trial = new Trial(Arm.Scratch, 12, 0, 0.01);
        string Root(EncoderManifest encoder, string task) => TrialPlan.Root(Asking(task), data.Manifest, encoder, trial);

        Assert.Equal(3, new HashSet<string> { Root(encoder, "classification"), Root(other, "classification"),
            Root(encoder, "tagging") }.Count);
    }

    [Fact]
    public async Task The_metric_bears_on_those_alone_that_choose_in_the_trial()
    {
        using var data = await ToySequences.CreateAsync();
        var encoder = await data.EncoderAsync(seed: 1);
        var byF1 = ToySequences.Experiment with { Evaluation = new EvaluationSpec { Metric = Metrics.MacroF1 } };

        foreach (var arm in Enum.GetValues<Arm>())
        {
            var trial = Trial(arm, 12, 0.01, "classification");
            Assert.Equal(
                arm is not (Arm.Baseline or Arm.Frozen or Arm.FrozenRandom or Arm.FrozenFused or Arm.Student or Arm.StudentScratch),
                TrialPlan.Root(ToySequences.Experiment, data.Manifest, encoder, trial) == TrialPlan.Root(byF1, data.Manifest, encoder,
                    trial));
        }
    }

    [Fact]
    public async Task The_frozen_arms_of_tagging_keep_the_head_alone()
    {
        using var data = await ToySequences.CreateAsync();

        var result = await RunAsync(data, Asking("tagging"), new Trial(Arm.Frozen, 12, 0, 0.1));

        using var model = SafetensorsFile.Open(await data.Store.MaterializeAsync(result.Model, Token));
        Assert.Equal(["probe.coefficients", "probe.mean", "probe.scale", "probe.shift"], model.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([17, 3], model.Shape("probe.coefficients"));
    }

    private static Experiment Asking(string task) =>
        ToySequences.Experiment with { FineTuning = ToySequences.Experiment.FineTuning with { Task = task } };

    private static async Task<TrialResult> RunAsync(ToySequences data, Experiment experiment, Trial trial)
    {
        using var device = new TorchDevice(LoadedTorch.Options);
        var reference = await new TrialRunner(data.Store, device)
            .RunAsync(experiment, data.Manifest, await data.EncoderAsync(seed: 1), trial, Token);
        return await data.Store.ReadManifestAsync<TrialResult>(reference.Key, Token);
    }

    private static async Task<(Truth Truth, IReadOnlyList<TestPredictions> Predictions)> PredictAsync(
        ToySequences data, Experiment experiment, TrialResult result, DatasetManifest? dataset = null)
    {
        using var device = new TorchDevice(LoadedTorch.Options);
        return await new TestPredictor(data.Store, device).PredictAsync(
            experiment, dataset ?? data.Manifest, [await data.EncoderAsync(seed: 1)], [result], _ => Task.CompletedTask, Token);
    }
}
