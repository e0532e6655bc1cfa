using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;
using BatchNorm2d = TorchSharp.Modules.BatchNorm2d;

namespace Pipeline.Learning.Tuning;

/// <summary>Trains on a draw of labelled samples. All arms see the same batches: they depend on seed and draw alone.</summary>
public sealed class Tuner(Experiment experiment, Trial trial, Device device)
{
    /// <summary>Samples of like length that go through the network together: fewer pad less, more use the processor better.</summary>
    private const int Group = 8;

    /// <summary>Of soft labels: steps over those of other arms.</summary>
    internal const int SoftSteps = 2;

    /// <summary>Of soft labels: samples of a step over those of other arms.</summary>
    internal const int SoftBatches = 4;

    /// <summary>Of soft labels: weight of the labels of the draw.</summary>
    internal const double LabelWeight = 0.3;

    private readonly FineTuningSpec _spec = experiment.FineTuning;
    private readonly ITask _task = TaskList.Named(experiment.FineTuning.Task);
    private readonly Augmentation _augmentation = new(experiment.FineTuning.Augmentation, experiment.Input.Size);

    /// <summary>Seeds a draw's random weights, the same for every arm: heads start alike, and so do random encoders.</summary>
    public static ulong Seed(FineTuningSpec spec, int draw) => new CounterRandom(spec.Seed, "trial-weights", draw).NextUInt64();

    /// <summary>Tunes the parameters of the optimizer.</summary>
    /// <param name="positions">The draw: places in <paramref name="samples"/>.</param>
    /// <returns>Loss by step.</returns>
    /// <exception cref="PipelineException">The loss is not finite.</exception>
    public IReadOnlyList<double> Tune(
        Classifier classifier, LabelledSamples samples, int[] positions, AdamW optimizer, CancellationToken cancellation)
    {
        var labelled = Labelled(positions);
        return Train(classifier, optimizer, _spec.Steps, step => LabelLoss(classifier, samples, labelled.At(step), step), cancellation);
    }

    /// <summary>The same by soft labels, and beside them the draw. <see cref="SoftSteps"/> times as many steps, each of
    /// <see cref="SoftBatches"/> times as many samples and a batch of the draw.</summary>
    public IReadOnlyList<double> Tune(
        Classifier classifier, LabelledSamples samples, int[] positions, SoftLabels soft, AdamW optimizer, CancellationToken cancellation)
    {
        var labelled = Labelled(positions);
        var taught = new BatchOrder(
            _spec.Seed, "student-order", trial.Draw, SoftBatches * _spec.Batch, [.. Enumerable.Range(0, soft.Count)], soft.IsTaught);
        return Train(classifier, optimizer, SoftSteps * _spec.Steps, step =>
        {
            var loss = SoftLoss(classifier, soft, taught.At(step), step);
            return loss.Plus(LabelLoss(classifier, samples, labelled.At(step), step).mul(Scalars.Of(LabelWeight)));
        }, cancellation);
    }

    private BatchOrder Labelled(int[] positions) => new(_spec.Seed, "trial-order", trial.Draw, _spec.Batch, positions);

    private Tensor LabelLoss(Classifier classifier, LabelledSamples samples, int[] positions, int step)
    {
        var groups = AlikeInLength(positions, samples.Length);
        return _task.Loss(
            [.. groups.Select(group => classifier.forward(Shown(samples, group, step, "trial-augmentation")))],
            [.. groups.Select(group => samples.Targets(group, device))]);
    }

    private Tensor SoftLoss(Classifier classifier, SoftLabels soft, int[] places, int step)
    {
        var groups = AlikeInLength(places, place => soft.Samples.Length(soft.Position(place)));
        var logits = cat([.. groups.Select(group => classifier.forward(
            Shown(soft.Samples, [.. group.Select(soft.Position)], step, "student-augmentation")))]);
        var targets = groups.SelectMany(group => group.SelectMany(place => soft.Of(place).ToArray())).ToArray();
        var likely = nn.functional.log_softmax(logits, 1) * tensor(targets, places.Length, soft.Classes, device: device);   // [N, K]
        return likely.sum().mul(Scalars.Of(-1.0 / places.Length));
    }

    // Sequences, which have no size, are shown as they are.
    private Tensor Shown(LabelledSamples samples, int[] group, int step, string purpose)
    {
        var inputs = samples.Inputs(group, device);
        return experiment.Input.Size == 0 ? inputs : _augmentation.Apply(inputs, Numbers(purpose, step, group.Length));
    }

    // Of a batch whose samples differ in length, most would be padding: groups of like length go through the network one after another, and
    // make one loss.
    private static int[][] AlikeInLength(int[] chosen, Func<int, int> length)
    {
        int[] sorted = [.. chosen.OrderBy(length)];
        return length(sorted[0]) == length(sorted[^1]) ? [sorted] : [.. sorted.Chunk(Group)];
    }

    private List<double> Train(
        Classifier classifier, AdamW optimizer, int steps, Func<int, Tensor> loss, CancellationToken cancellation)
    {
        classifier.train();
        if (_spec.BatchNorm == BatchNormStatistics.Kept)
        {
            foreach (var norm in classifier.modules().OfType<BatchNorm2d>())
                norm.eval();
        }

        var dropout = new CounterRandom(_spec.Seed, "trial-dropout", trial.Draw).NextUInt64();
        var losses = new List<double>(steps);
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            DropoutMasks.Seed(dropout, step);
            var rate = Schedule.LearningRate(Schedules.OneCycle, trial.LearningRate, step, steps);
            var value = optimizer.Step(rate, () => loss(step));
            losses.Add(double.IsFinite(value)
                ? value
                : throw new PipelineException(
                    $"A trial diverged: the loss is {value} at step {step + 1} with learning rate {trial.LearningRate:g3}. "
                    + "Take it out of fineTuning's learning rates."));
        }

        return losses;
    }

    private Tensor Numbers(string purpose, int step, int count)
    {
        var numbers = new float[_augmentation.Active ? count * Augmentation.Numbers : 0];
        var random = new CounterRandom(_spec.Seed, purpose, trial.Draw, step);
        for (var i = 0; i < numbers.Length; i += Augmentation.Numbers)
            _augmentation.Draw(ref random, numbers.AsSpan(i, Augmentation.Numbers));

        return tensor(numbers, numbers.Length / Augmentation.Numbers, Augmentation.Numbers, device: device);
    }

    /// <summary>The samples of each step: all of them in an order of its own for each epoch, which depends on seed, purpose and draw
    /// alone.</summary>
    /// <param name="drawn">Of the others, none is in a batch, and the rest keep their order; null for all.</param>
    private sealed class BatchOrder(ulong seed, string purpose, int draw, int batch, int[] samples, Func<int, bool>? drawn = null)
    {
        private readonly int _count = drawn is null ? samples.Length : Enumerable.Range(0, samples.Length).Count(drawn);
        private (int Epoch, int[] Places) _order = (-1, []);

        public int[] At(int step)
        {
            var chosen = new int[Math.Min(batch, _count)];
            for (var i = 0; i < chosen.Length; i++)
            {
                var position = ((long)step * chosen.Length) + i;
                var epoch = (int)(position / _count);
                if (_order.Epoch != epoch)
                {
                    var order = new CounterRandom(seed, purpose, draw, epoch).Permutation(samples.Length);
                    _order = (epoch, drawn is null ? order : [.. order.Where(drawn)]);
                }

                chosen[i] = samples[_order.Places[(int)(position % _count)]];
            }

            return chosen;
        }
    }
}
