using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Forward passes in batches of samples of like length. Results are in the order of the samples.</summary>
public static class Inference
{
    /// <summary>Small, so that what a layer leaves fits into a cache: measured 8 % faster than 500 (docs/performance.md).</summary>
    private const int Batch = 64;

    /// <returns>The most probable class for each of the truth's labels.</returns>
    public static int[] Predict(Classifier classifier, LabelledSamples samples, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return Best(Answering(classifier, classifier.forward, samples, [.. Enumerable.Range(0, samples.Count)], device));
    }

    /// <returns>The most probable class for each of the truth's labels, by a probe on the features of the classifier's encoder.</returns>
    public static int[] Predict(Classifier classifier, LinearProbe probe, LabelledSamples samples, Device device)
    {
        probe.eval();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return Best(probe.forward(Features(classifier, samples, [.. Enumerable.Range(0, samples.Count)], device)));
    }

    /// <returns>What heads go by: a row for each of the labels of the samples at the positions, shape [labels, D].</returns>
    public static Tensor Features(Classifier classifier, LabelledSamples samples, IReadOnlyList<int> positions, Device device) =>
        Answering(classifier, classifier.Features, samples, positions, device);

    private static Tensor Answering(
        Classifier classifier, Func<Tensor, Tensor> forward, LabelledSamples samples, IReadOnlyList<int> positions, Device device)
    {
        classifier.eval();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var sorted = Enumerable.Range(0, positions.Count).OrderBy(i => samples.Length(positions[i])).ToArray();
        var outputs = sorted.Chunk(Batch).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            int[] chosen = [.. chunk.Select(i => positions[i])];
            var output = forward(samples.Inputs(chosen, device));
            return output.flatten(0, -2).index_select(0, tensor(samples.Answering(chosen), device: device)).MoveToOuterDisposeScope();
        });
        return cat(outputs.ToList()).index_select(0, tensor(Unsorted(sorted, positions, samples), device: device))
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

    private static int[] Best(Tensor logits) => [.. logits.argmax(1).cpu().data<long>().ToArray().Select(label => (int)label)];
}
