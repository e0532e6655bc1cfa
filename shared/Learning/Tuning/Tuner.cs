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

    private readonly FineTuningSpec _spec = experiment.FineTuning;
    private readonly ITask _task = TaskList.Named(experiment.FineTuning.Task);

    /// <summary>Seeds a draw's random weights, the same for every arm: heads start alike, and so do random encoders.</summary>
    public static ulong Seed(FineTuningSpec spec, int draw) => new CounterRandom(spec.Seed, "trial-weights", draw).NextUInt64();

    /// <summary>Tunes the parameters of the optimizer.</summary>
    /// <param name="positions">The draw: places in <paramref name="samples"/>.</param>
    /// <returns>Loss by step.</returns>
    /// <exception cref="PipelineException">The loss is not finite.</exception>
    public IReadOnlyList<double> Tune(
        Classifier classifier, LabelledSamples samples, int[] positions, AdamW optimizer, CancellationToken cancellation)
    {
        var size = experiment.Input.Size;
        var augmentation = new Augmentation(_spec.Augmentation, size);
        var dropout = new CounterRandom(_spec.Seed, "trial-dropout", trial.Draw).NextUInt64();
        classifier.train();
        if (_spec.BatchNorm == BatchNormStatistics.Kept)
        {
            foreach (var norm in classifier.modules().OfType<BatchNorm2d>())
                norm.eval();
        }

        return Train(optimizer, positions.Length, (step, places) =>
        {
            DropoutMasks.Seed(dropout, step);
            var groups = AlikeInLength(samples, places.Select(place => positions[place]));
            return _task.Loss(
                [.. groups.Select(group => classifier.forward(Shown(group, step)))],
                [.. groups.Select(group => samples.Targets(group, device))]);
        }, cancellation);

        // Sequences, which have no size, are shown as they are.
        Tensor Shown(int[] group, int step)
        {
            var inputs = samples.Inputs(group, device);
            return size == 0 ? inputs : augmentation.Apply(inputs, Numbers(augmentation, step, group.Length));
        }
    }

    // Of a batch whose samples differ in length, most would be padding: groups of like length go through the network one after another, and
    // make one loss.
    private static int[][] AlikeInLength(LabelledSamples samples, IEnumerable<int> chosen)
    {
        int[] sorted = [.. chosen.OrderBy(samples.Length)];
        return samples.Length(sorted[0]) == samples.Length(sorted[^1]) ? [sorted] : [.. sorted.Chunk(Group)];
    }

    /// <param name="count">Samples to draw batches from.</param>
    /// <param name="loss">Of a step and the places of its samples among them.</param>
    private List<double> Train(AdamW optimizer, int count, Func<int, int[], Tensor> loss, CancellationToken cancellation)
    {
        var losses = new List<double>(_spec.Steps);
        var order = (Epoch: -1, Places: Array.Empty<int>());
        for (var step = 0; step < _spec.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var places = new int[Math.Min(_spec.Batch, count)];
            for (var i = 0; i < places.Length; i++)
            {
                var position = ((long)step * places.Length) + i;
                var epoch = (int)(position / count);
                if (order.Epoch != epoch)
                    order = (epoch, new CounterRandom(_spec.Seed, "trial-order", trial.Draw, epoch).Permutation(count));

                places[i] = order.Places[(int)(position % count)];
            }

            var rate = Schedule.LearningRate(Schedules.OneCycle, trial.LearningRate, step, _spec.Steps);
            var value = optimizer.Step(rate, () => loss(step, places));
            losses.Add(double.IsFinite(value)
                ? value
                : throw new PipelineException(
                    $"A trial diverged: the loss is {value} at step {step + 1} with learning rate {trial.LearningRate:g3}. "
                    + "Take it out of fineTuning's learning rates."));
        }

        return losses;
    }

    private Tensor Numbers(Augmentation augmentation, int step, int count)
    {
        var numbers = new float[augmentation.Active ? count * Augmentation.Numbers : 0];
        var random = new CounterRandom(_spec.Seed, "trial-augmentation", trial.Draw, step);
        for (var i = 0; i < numbers.Length; i += Augmentation.Numbers)
            augmentation.Draw(ref random, numbers.AsSpan(i, Augmentation.Numbers));

        return tensor(numbers, numbers.Length / Augmentation.Numbers, Augmentation.Numbers, device: device);
    }
}
