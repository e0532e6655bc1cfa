using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Pipeline.Learning.Tuning;

/// <summary>
/// Trains on a draw of labelled samples. Order, augmentation and dropout depend on the seed and the draw alone, so all arms see the same batches.
/// </summary>
/// <param name="draw">The draw's number.</param>
public sealed class Tuner(FineTuningSpec spec, int draw, double learningRate, Device device)
{
    private const string Schedule = "one-cycle";

    /// <summary>Samples of like length that go through the network together: fewer pad less, more use the processor better.</summary>
    private const int Group = 8;

    /// <summary>
    /// Of the random weights that a draw's trials start from, the same for every arm: heads start alike, and <c>scratch</c> and <c>frozen-random</c> have the same encoder.
    /// </summary>
    public static ulong Seed(FineTuningSpec spec, int draw) => new CounterRandom(spec.Seed, "trial-weights", draw).NextUInt64();

    /// <summary>Tunes all weights.</summary>
    /// <param name="positions">The draw: places in <paramref name="samples"/>.</param>
    /// <param name="size">Side of images; 0 for sequences, which are shown as they are.</param>
    /// <returns>Loss by step.</returns>
    /// <exception cref="PipelineException">The loss is not finite.</exception>
    public IReadOnlyList<double> TuneAll(Classifier classifier, LabelledSamples samples, int[] positions, int size, CancellationToken cancellation)
    {
        using var optimizer = new AdamW(classifier.parameters(), spec.WeightDecay);
        return Train(optimizer, positions.Length, Loss(classifier, samples, positions, size), cancellation);
    }

    /// <summary>Tunes all weights, those of each layer slower than those of the layer above it (Howard and Ruder 2018, arXiv:1801.06146).</summary>
    /// <inheritdoc cref="TuneAll"/>
    public IReadOnlyList<double> TuneLayers(Classifier classifier, LabelledSamples samples, int[] positions, int size, CancellationToken cancellation)
    {
        var named = classifier.named_parameters().ToList();
        using var optimizer = new AdamW(named.Select(entry => entry.parameter), spec.WeightDecay, named.Select(entry => LayerRates.Of(classifier.Encoder, entry.name, spec.LayerDecay)));
        return Train(optimizer, positions.Length, Loss(classifier, samples, positions, size), cancellation);
    }

    /// <summary>Tunes the head, and low-rank adapters of an encoder that stays as it is; afterwards the adapters are part of its weights.</summary>
    /// <inheritdoc cref="TuneAll"/>
    /// <returns>Loss by step, and how many numbers were tuned.</returns>
    public (IReadOnlyList<double> Loss, long Parameters) TuneAdapters(Classifier classifier, LabelledSamples samples, int[] positions, int size, CancellationToken cancellation)
    {
        using var adapters = new LowRankAdapters(classifier.Encoder, spec.LoraRank, Seed(spec, draw));
        Parameter[] tuned = [.. adapters.Parameters, .. classifier.Head.parameters()];
        using var optimizer = new AdamW(tuned, spec.WeightDecay);
        var losses = Train(optimizer, positions.Length, Loss(classifier, samples, positions, size), cancellation, adapters.TakeGradients, adapters.Merge);
        return (losses, tuned.Sum(parameter => parameter.numel()));
    }

    /// <summary>Tunes a linear head on features that stay as they are.</summary>
    /// <param name="features">A row for each label of the draw's samples, shape [labels, D]; of a class each, as many as samples.</param>
    /// <param name="targets">Shape [labels].</param>
    /// <param name="counts">Labels of each sample, which stay together in a batch; null where each has one.</param>
    public IReadOnlyList<double> TuneHead(LinearProbe head, Tensor features, Tensor targets, CancellationToken cancellation, IReadOnlyList<int>? counts = null)
    {
        using var optimizer = new AdamW(head.parameters(), spec.WeightDecay);
        counts ??= [.. Enumerable.Repeat(1, (int)features.shape[0])];
        var firsts = new long[counts.Count];
        for (var sample = 1; sample < firsts.Length; sample++)
        {
            firsts[sample] = firsts[sample - 1] + counts[sample - 1];
        }

        return Train(optimizer, counts.Count, (_, places) =>
        {
            var index = tensor(places.SelectMany(place => Enumerable.Range(0, counts[place]).Select(label => firsts[place] + label)).ToArray(), device: device);
            return nn.functional.cross_entropy(head.forward(features.index_select(0, index)), targets.index_select(0, index));
        }, cancellation);
    }

    private Func<int, int[], Tensor> Loss(Classifier classifier, LabelledSamples samples, int[] positions, int size)
    {
        var augmentation = new Augmentation(spec.Augmentation, size);
        var dropout = new CounterRandom(spec.Seed, "trial-dropout", draw).NextUInt64();
        classifier.train();
        return (step, places) =>
        {
            DropoutMasks.Seed(dropout, step);
            var groups = AlikeInLength(samples, places.Select(place => positions[place]));
            var logits = cat([.. groups.Select(group => classifier.forward(Shown(group, step)).flatten(0, -2))]);
            return nn.functional.cross_entropy(logits, cat([.. groups.Select(group => samples.Targets(group, device).flatten())]));
        };

        Tensor Shown(int[] group, int step)
        {
            var inputs = samples.Inputs(group, device);
            return size == 0 ? inputs : augmentation.Apply(inputs, Numbers(augmentation, step, group.Length));
        }
    }

    // Of a batch whose samples differ in length, most would be padding: groups of like length go through the network one after another, and make one loss.
    private static int[][] AlikeInLength(LabelledSamples samples, IEnumerable<int> chosen)
    {
        int[] sorted = [.. chosen.OrderBy(samples.Length)];
        return samples.Length(sorted[0]) == samples.Length(sorted[^1]) ? [sorted] : [.. sorted.Chunk(Group)];
    }

    /// <param name="derived">Called when the gradients are there.</param>
    /// <param name="stepped">Called after each step.</param>
    private List<double> Train(AdamW optimizer, int count, Func<int, int[], Tensor> loss, CancellationToken cancellation, Action? derived = null, Action? stepped = null)
    {
        var losses = new List<double>(spec.Steps);
        var order = (Epoch: -1, Places: Array.Empty<int>());
        for (var step = 0; step < spec.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var places = new int[Math.Min(spec.Batch, count)];
            for (var i = 0; i < places.Length; i++)
            {
                var position = ((long)step * places.Length) + i;
                var epoch = (int)(position / count);
                if (order.Epoch != epoch)
                {
                    order = (epoch, new CounterRandom(spec.Seed, "trial-order", draw, epoch).Permutation(count));
                }

                places[i] = order.Places[(int)(position % count)];
            }

            var current = loss(step, places);
            optimizer.ZeroGradients();
            current.backward();
            derived?.Invoke();
            optimizer.Step(Training.Schedule.LearningRate(Schedule, learningRate, step, spec.Steps));
            stepped?.Invoke();
            var value = current.Read();
            losses.Add(double.IsFinite(value) ? value : throw new PipelineException($"A trial diverged: the loss is {value} at step {step + 1} with learning rate {learningRate:g3}. Take it out of fineTuning's learning rates."));
        }

        return losses;
    }

    private Tensor Numbers(Augmentation augmentation, int step, int count)
    {
        var numbers = new float[augmentation.Active ? count * Augmentation.Numbers : 0];
        var random = new CounterRandom(spec.Seed, "trial-augmentation", draw, step);
        for (var i = 0; i < numbers.Length; i += Augmentation.Numbers)
        {
            augmentation.Draw(ref random, numbers.AsSpan(i, Augmentation.Numbers));
        }

        return tensor(numbers, numbers.Length / Augmentation.Numbers, Augmentation.Numbers, device: device);
    }
}
