using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class TunerTests
{
    private static readonly FineTuningSpec Spec = ToyDataset.Experiment.FineTuning with
    {
        Steps = 6,
        Augmentation = new AugmentationSpec(Scale: 1.2, Shift: 1, Gain: 1.2, Cutout: 2),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nets_that_start_alike_end_alike_whatever_torchs_own_randomness_is()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);

        var first = Tune(reader, Spec, draw: 0, torchSeed: 1);
        var second = Tune(reader, Spec, draw: 0, torchSeed: 2);

        Assert.Equal(first.Losses, second.Losses);
        Assert.Equal(first.Weights, second.Weights);
    }

    [Fact]
    public async Task Another_draw_or_seed_sees_other_batches()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);

        foreach (var spec in new[] { Spec, Spec with { Augmentation = new AugmentationSpec() } })
        {
            var first = Tune(reader, spec, draw: 0).Losses;

            Assert.NotEqual(first, Tune(reader, spec, draw: 1).Losses);
            Assert.NotEqual(first, Tune(reader, spec with { Seed = 2 }, draw: 0).Losses);
        }
    }

    [Fact]
    public async Task Classes_that_can_be_told_apart_are_learned()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);
        using var held = SampleReader.Open(data.Store, data.Manifest, Split.Validation);
        var samples = new LabelledImages(held, ["a", "b", "c"]);
        using var classifier = Classifier();

        var losses = Tune(classifier, reader, Spec with { Steps = 80, Batch = 16, Augmentation = new AugmentationSpec() }, 0,
            [.. Enumerable.Range(0, 30)]);
        var predicted = Inference.Predict(new ClassificationTask(), classifier, samples, CPU);

        Assert.Equal(80, losses.Count);
        Assert.InRange(losses.TakeLast(5).Average(), 0, losses.Take(5).Average() / 3);
        Assert.InRange(predicted.Zip(samples.Truth.Labels).Count(pair => pair.First == pair.Second) / (double)samples.Count, 0.8, 1);
    }

    [Fact]
    public async Task With_layer_decay_lower_layers_move_less()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);
        using var scope = NewDisposeScope();
        using var classifier = Classifier();
        var before = classifier.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone());

        // AdamW's first step moves every weight by the learning rate.
        Tune(classifier, reader, Spec with { Steps = 1, LayerDecay = 0.1, WeightDecay = 0 }, 0, [.. Enumerable.Range(0, 8)],
            new LayerDecayArm());

        var moved = classifier.named_parameters()
            .ToDictionary(entry => entry.name, entry => (entry.parameter.detach() - before[entry.name]).abs().max().item<float>());
        Assert.Equal(0.1, moved["encoder.conv4.weight"] / moved["head.weight"], tolerance: 0.01);
        Assert.Equal(0.01, moved["encoder.conv3.weight"] / moved["head.weight"], tolerance: 0.001);
    }

    [Fact]
    public async Task Samples_without_a_label_are_no_samples()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);
        using var scope = NewDisposeScope();
        int[] expected = [.. Enumerable.Range(0, 20).Concat(Enumerable.Range(40, 20)).Where(sample => ToyDataset.Label(sample) >= 0)];

        var samples = new LabelledImages(reader, ["a", "b", "c"]);

        Assert.Equal(expected.Length, samples.Count);
        Assert.Equal(expected.Select(ToyDataset.Label), samples.Truth.Labels);
        Assert.Equal(
            ToyDataset.Paint(expected[^1]).Concat(ToyDataset.Paint(expected[0])).Select(pixel => pixel / 255f),
            samples.Inputs([samples.Count - 1, 0], CPU).data<float>().ToArray());
        Assert.Equal([ToyDataset.Label(expected[^1]), ToyDataset.Label(expected[0])], samples.Targets([samples.Count - 1, 0], CPU)
            .data<long>().ToArray());
    }

    [Fact]
    public async Task A_learning_rate_that_makes_it_diverge_is_named()
    {
        using var data = await ToyDataset.CreateAsync();
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);
        using var classifier = Classifier();

        var error = Assert.Throws<PipelineException>(() =>
            Tune(classifier, reader, Spec, draw: 0, [0, 1, 2, 3, 4, 5], learningRate: 1e30));

        Assert.Contains("1e+30", error.Message, StringComparison.Ordinal);
    }

    private static (IReadOnlyList<double> Losses, IEnumerable<string> Weights) Tune(SampleReader reader, FineTuningSpec spec, int draw,
        long torchSeed = 0)
    {
        manual_seed(torchSeed);
        using var classifier = Classifier();
        var losses = Tune(classifier, reader, spec, draw, [.. Enumerable.Range(3, 10)]);
        return (losses, classifier.Tensors().Select(Text).ToList());
    }

    private static IReadOnlyList<double> Tune(
        Classifier classifier, SampleReader reader, FineTuningSpec spec, int draw, int[] positions, TunedArm? arm = null,
        double learningRate = 0.02)
    {
        using var optimizer = (arm ?? new TunedArm(Arm.Scratch, pretrained: false)).Optimizer(classifier, spec, seed: 1);
        var trial = new Trial(Arm.Scratch, positions.Length, draw, learningRate);
        return new Tuner(ToyDataset.Experiment with { FineTuning = spec }, trial, CPU)
            .Tune(classifier, new LabelledImages(reader, ["a", "b", "c"]), positions, optimizer, Token);
    }

    private static Classifier Classifier() => new(ToyDataset.Experiment.Encoder, ToyDataset.Experiment.Input, ToyDataset.Classes, seed: 1, null, Readout.Mean);

    private static string Text(SafetensorsTensor tensor) => tensor.Name + Convert.ToHexString(tensor.Data.Span);
}
