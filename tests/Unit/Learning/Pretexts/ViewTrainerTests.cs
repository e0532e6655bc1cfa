using System.Runtime.InteropServices;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Tests.Unit.Learning.Training;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

[Collection(TorchTests.Name)]
public sealed class ViewTrainerTests
{
    private static readonly (string Task, int Classes)[] Rotation = [("rotation", 4)];
    private static readonly (string Task, int Classes)[] Both = [("rotation", 4), ("flip", 4)];

    [Fact]
    public async Task The_loss_is_the_softmax_cross_entropy_over_the_four_turns()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = Without(ToyDataset.Experiment);
        using var samples = await OpenAsync(data, experiment);
        var batch = (PretextBatch)new ViewBatches(samples, experiment.Pretraining).Training(0);
        using var trainer = NewTrainer(experiment, Rotation, 10);

        Assert.Equal(NaiveLoss(experiment, Rotation, batch), trainer.Train(batch), tolerance: 1e-5);
    }

    [Fact]
    public async Task Joint_losses_are_added_and_each_counts_its_own_rows_only()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = Without(ToyDataset.Experiment) with { Pretext = ["rotation", "flip"] };
        using var samples = await OpenAsync(data, experiment);
        var batch = (PretextBatch)new ViewBatches(samples, experiment.Pretraining with { Batch = 36 }).Training(0);
        using var trainer = NewTrainer(experiment, Both, 10);

        Assert.Contains(PretextBatch.NoLabel, batch.Labels[0]);
        Assert.Equal(NaiveLoss(experiment, Both, batch), trainer.Train(batch), tolerance: 1e-5);
    }

    /// <summary>Adam's first step is the sign of the gradient times the rate, and a bias starts at 0,
    /// where decay has nothing to take from.</summary>
    [Fact]
    public async Task A_step_has_the_rate_that_the_schedule_has_for_it()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, ToyDataset.Experiment);
        using var trainer = NewTrainer(ToyDataset.Experiment, Rotation, 10);
        var expected = Schedule.LearningRate("one-cycle", ToyDataset.Experiment.Pretraining.LearningRate, 0, 10);
        Assert.Equal(expected, trainer.LearningRate);

        trainer.Train(new ViewBatches(samples, ToyDataset.Experiment.Pretraining).Training(0));

        var biases = MemoryMarshal.Cast<byte, float>(trainer.Save().Single(tensor => tensor.Name == "heads.rotation.bias").Data.Span)
            .ToArray();
        Assert.All(biases, bias => Assert.Equal(expected, Math.Abs(bias), tolerance: 1e-3 * expected));
        Assert.Equal(Schedule.LearningRate("one-cycle", ToyDataset.Experiment.Pretraining.LearningRate, 1, 10), trainer.LearningRate);
    }

    [Fact]
    public async Task The_loss_falls_and_the_answers_become_right_where_the_task_is_easy()
    {
        using var data = await ToyDataset.CreateAsync();
        var experiment = Without(ToyDataset.Experiment);
        using var samples = await OpenAsync(data, experiment);
        var batches = new ViewBatches(samples, experiment.Pretraining with { Epochs = 10 });
        using var trainer = NewTrainer(experiment, Rotation, batches.Steps);

        var losses = Enumerable.Range(0, (int)batches.Steps).Select(step => trainer.Train(batches.Training(step))).ToList();
        var measure = trainer.Measure([batches.Plain(0, 20), batches.Plain(20, 16)]);

        Assert.InRange(losses[^5..].Average(), 0, losses[..5].Average() / 2);
        Assert.InRange(measure.Accuracy["rotation"], 0.9, 1);
        Assert.Equal(36 * 4, measure.Views);
        Assert.InRange(measure.FeatureDeviation, 0.1, 1);
        Assert.InRange(measure.EffectiveRank, 1, 16);
    }

    [Fact]
    public async Task Measuring_leaves_no_trace()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, ToyDataset.Experiment);
        var batches = new ViewBatches(samples, ToyDataset.Experiment.Pretraining);
        using var trainer = NewTrainer(ToyDataset.Experiment, Rotation, 10);
        trainer.Train(batches.Training(0));
        var before = Text(trainer.Save());

        var first = trainer.Measure([batches.Plain(0, 30)]);
        var second = trainer.Measure([batches.Plain(0, 13), batches.Plain(13, 17)]);

        Assert.Equal(before, Text(trainer.Save()));
        Assert.Equal(first.Accuracy["rotation"], second.Accuracy["rotation"]);
        Assert.Equal(first.EffectiveRank, second.EffectiveRank, tolerance: 1e-3);
    }

    [Fact]
    public async Task A_checkpoint_of_another_network_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var narrow = NewTrainer(ToyDataset.Experiment, Rotation, 10);
        using var joint = NewTrainer(ToyDataset.Experiment, Both, 10);
        using var checkpoint = await WriteAsync(folder["checkpoint"], narrow.Save());

        Assert.Contains("heads.flip", Assert.Throws<PipelineException>(() => joint.Load(checkpoint)).Message, StringComparison.Ordinal);
    }

    /// <summary>The network as it starts, its logits, and the cross-entropy of each row in plain numbers;
    /// images shown pixel by pixel.</summary>
    private static double NaiveLoss(Experiment experiment, (string Task, int Classes)[] classes, PretextBatch batch)
    {
        const int Pixels = ToyDataset.Size * ToyDataset.Size;
        using var scope = torch.NewDisposeScope();
        using var network = new ViewModel(experiment, classes);
        var shown = Enumerable.Range(0, View.Count)
            .SelectMany(view => batch.SamplesByView[view].SelectMany(sample =>
                ViewTests.Naive(view, batch.Pixels[((int)sample * Pixels)..(((int)sample + 1) * Pixels)], 1, ToyDataset.Size)))
            .Select(pixel => pixel / 255f)
            .ToArray();
        var (_, logits) = network.Forward(torch.tensor(shown, shown.Length / Pixels, 1, ToyDataset.Size, ToyDataset.Size));
        var total = 0.0;
        for (var task = 0; task < classes.Length; task++)
        {
            var rows = logits[task].data<float>().ToArray().Chunk(classes[task].Classes).Zip(batch.Labels[task])
                .Where(row => row.Second >= 0).ToList();
            total += rows.Average(row => Math.Log(row.First.Sum(logit => Math.Exp(logit))) - row.First[row.Second]);
        }

        return total;
    }

    private static Trainer NewTrainer(Experiment experiment, (string Task, int Classes)[] classes, long steps) =>
        new(new ViewModel(experiment, classes), experiment.Pretraining, steps, torch.CPU);

    private static Experiment Without(Experiment experiment) =>
        experiment with { Pretraining = experiment.Pretraining with { Augmentation = new AugmentationSpec() } };

    private static async Task<ViewSamples> OpenAsync(ToyDataset data, Experiment experiment) =>
        await ViewSamples.OpenAsync(data.Store, data.Manifest, await data.PseudoLabelsAsync(experiment), Split.Train);

    private static IEnumerable<string> Text(IEnumerable<SafetensorsTensor> tensors) =>
        tensors.Select(tensor => $"{tensor.Name} [{string.Join(' ', tensor.Shape)}] {Convert.ToHexString(tensor.Data.Span)}");

    private static async Task<SafetensorsFile> WriteAsync(string path, IReadOnlyList<SafetensorsTensor> tensors)
    {
        await using (var stream = File.Create(path))
            await SafetensorsWriter.WriteAsync(stream, tensors, cancellation: TestContext.Current.CancellationToken);

        return SafetensorsFile.Open(path);
    }
}
