using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class SoftLabelsTests
{
    private const double Temperature = 0.7;

    private static readonly FineTuningSpec Spec = ToyDataset.Experiment.FineTuning with { Steps = 1, Batch = 64, Draws = 1 };

    [Fact]
    public async Task Probabilities_become_surer_and_add_up_to_one()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = Open(data, labelledOnly: false);

        var soft = new SoftLabels(samples, [4, 2, 9], [0.5f, 0.3f, 0.2f, 0, 0, 0, 0, 1, 0], Temperature);

        double[] powers = [Math.Pow(0.5, 1 / 0.7), Math.Pow(0.3, 1 / 0.7), Math.Pow(0.2, 1 / 0.7)];
        Assert.All(powers.Zip(soft.Of(0).ToArray()), pair => Assert.Equal(pair.First / powers.Sum(), pair.Second, tolerance: 1e-6));
        Assert.Equal([0, 1, 0], soft.Of(2).ToArray());
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(soft.IsTaught));
        Assert.Equal([4, 2, 9], Enumerable.Range(0, 3).Select(soft.Position));
    }

    /// <summary>In one step over all samples, so that their order does not matter.</summary>
    [Fact]
    public async Task The_loss_is_that_of_the_soft_labels_and_three_tenths_of_that_of_the_draw()
    {
        using var data = await ToyDataset.CreateAsync();
        using var all = Open(data, labelledOnly: false);
        using var labelled = Open(data, labelledOnly: true);
        var random = new CounterRandom(7, "soft");
        var classes = Enumerable.Range(0, all.Count).SelectMany(row =>
        {
            float[] values = [(float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble()];
            return row % 7 == 3 ? [0, 0, 0] : values.Select(value => value / values.Sum());
        }).ToArray();
        int[] draw = [0, 3, 4, 8];
        using var classifier = Classifier();
        using var optimizer = new AdamW(classifier.parameters(), weightDecay: 0);

        var loss = new Tuner(ToyDataset.Experiment with { FineTuning = Spec }, new Trial(Arm.Student, 4, 0, 1e-12), CPU)
            .Tune(classifier, labelled, draw, new SoftLabels(all, [.. Enumerable.Range(0, all.Count)], classes, Temperature), optimizer,
                TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        using var naive = Classifier();
        naive.train();
        int[] taught = [.. Enumerable.Range(0, all.Count).Where(row => row % 7 != 3)];
        var logarithms = nn.functional.log_softmax(naive.forward(all.Inputs(taught, CPU)), 1).data<float>().ToArray();
        var expected = 0.0;
        for (var i = 0; i < taught.Length; i++)
        {
            double[] powers = [.. classes[(taught[i] * 3)..((taught[i] * 3) + 3)].Select(value => Math.Pow(value, 1 / Temperature))];
            expected -= Enumerable.Range(0, 3).Sum(label => powers[label] / powers.Sum() * logarithms[(i * 3) + label]) / taught.Length;
        }

        var own = nn.functional.cross_entropy(naive.forward(labelled.Inputs(draw, CPU)), labelled.Targets(draw, CPU)).item<float>();
        Assert.Equal(2, loss.Count);
        Assert.Equal(expected + (0.3 * own), loss[0], tolerance: 1e-4);
    }

    /// <summary>At a rate at which nothing moves: losses differ by the batches alone.</summary>
    [Fact]
    public async Task Batches_depend_on_seed_and_draw_alone()
    {
        using var data = await ToyDataset.CreateAsync();
        using var all = Open(data, labelledOnly: false);
        using var labelled = Open(data, labelledOnly: true);
        float[] classes = [.. Enumerable.Range(0, all.Count)
            .SelectMany(row => row % 2 == 0 ? [0.8f, 0.1f, 0.1f] : new[] { 0, 0.3f, 0.7f })];
        IReadOnlyList<double> Losses(ulong seed, int draw)
        {
            using var classifier = Classifier();
            using var optimizer = new AdamW(classifier.parameters(), weightDecay: 0);
            var spec = Spec with { Steps = 3, Batch = 2, Seed = seed };
            return new Tuner(ToyDataset.Experiment with { FineTuning = spec }, new Trial(Arm.Student, 4, draw, 1e-12), CPU)
                .Tune(classifier, labelled, [0, 3, 4, 8], new SoftLabels(all, [.. Enumerable.Range(0, all.Count)], classes, Temperature),
                    optimizer, TestContext.Current.CancellationToken);
        }

        var first = Losses(seed: 1, draw: 0);
        manual_seed(4711);

        Assert.Equal(first, Losses(seed: 1, draw: 0));
        Assert.NotEqual(first, Losses(seed: 1, draw: 1));
        Assert.NotEqual(first, Losses(seed: 2, draw: 0));
    }

    private static LabelledImages Open(ToyDataset data, bool labelledOnly) =>
        new(SampleReader.Open(data.Store, data.Manifest, Split.Train), ["a", "b", "c"], labelledOnly);

    private static Classifier Classifier() =>
        new(ToyDataset.Experiment.Encoder, ToyDataset.Experiment.Input, ToyDataset.Classes, seed: 1, null, "mean");
}
