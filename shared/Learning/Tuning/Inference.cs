using Pipeline.Learning.Tasks;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Forward passes in batches of samples of like length. Results are in the order of the samples.</summary>
public static class Inference
{
    /// <summary>Small, so that what a layer leaves fits into a cache: measured 8 % faster than 500 (docs/performance.md).</summary>
    private const int Batch = 64;

    /// <returns>An answer for each of the truth's labels.</returns>
    public static int[] Predict(ITask task, Classifier classifier, LabelledSamples samples, Device device)
    {
        classifier.eval();
        using var noGradient = no_grad();
        var answers = new int[samples.Truth.Labels.Count];
        foreach (var chunk in Enumerable.Range(0, samples.Count).OrderBy(samples.Length).Chunk(Batch))
        {
            using var scope = NewDisposeScope();
            var made = task.Answers(classifier.forward(samples.Inputs(chunk, device)), samples, chunk).AsSpan();
            foreach (var position in chunk)
            {
                var own = answers.AsSpan(samples.Truth.Of(position));
                made[..own.Length].CopyTo(own);
                made = made[own.Length..];
            }
        }

        return answers;
    }

    /// <returns>A row for each of the labels of the samples at the positions, shape [labels, D].</returns>
    public static Tensor Rows(IFeatureSpace space, LabelledSamples samples, IReadOnlyList<int> positions) =>
        Rows(chunk => space.Describe(samples, chunk), samples, positions);

    /// <summary>What the head of a classifier goes by, as <see cref="Rows(IFeatureSpace, LabelledSamples, IReadOnlyList{int})"/>.</summary>
    /// <param name="asTrained">Batch norm by the statistics of each batch, as while it trains: a random network has no others.</param>
    public static Tensor Features(
        Classifier classifier, LabelledSamples samples, IReadOnlyList<int> positions, Device device, bool asTrained = false)
    {
        classifier.train(asTrained);
        return Rows(chunk => classifier.Features(samples.Inputs(chunk, device)), samples, positions);
    }

    private static Tensor Rows(Func<int[], Tensor> forward, LabelledSamples samples, IReadOnlyList<int> positions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var sorted = Enumerable.Range(0, positions.Count).OrderBy(i => samples.Length(positions[i])).ToArray();
        var outputs = sorted.Chunk(Batch).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            int[] chosen = [.. chunk.Select(i => positions[i])];
            return samples.Asked(forward(chosen), chosen).MoveToOuterDisposeScope();
        }).ToList();
        return cat(outputs).index_select(0, tensor(Unsorted(sorted, positions, samples), device: outputs[0].device))
            .MoveToOuterDisposeScope();
    }

    // Where in the sorted rows each row of the samples' own order lies.
    private static long[] Unsorted(int[] sorted, IReadOnlyList<int> positions, LabelledSamples samples)
    {
        var firsts = new long[sorted.Length];
        var next = 0L;
        foreach (var i in sorted)
        {
            firsts[i] = next;
            next += samples.Labels(positions[i]).Count;
        }

        return [.. positions.Index().SelectMany(
            entry => Enumerable.Range(0, samples.Labels(entry.Item).Count).Select(label => firsts[entry.Index] + label))];
    }
}
