using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

/// <summary>Each label is one of K classes: cross-entropy, and the most probable class.</summary>
public abstract class CategoricalTask(string name) : ITask
{
    public LabelTask Declared { get; } = LabelTasks.Named(name);

    public abstract bool PerSample { get; }

    public abstract LabelledSamples Open(SampleReader samples, DatasetManifest dataset, (ITokenizer Tokenizer, int Length)? tokens);

    /// <summary>The mean over all targets of the step but <see cref="LabelledSamples.NoTarget"/>.</summary>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> targets)
    {
        var logits = cat([.. outputs.Select(output => output.flatten(0, -2))]);                                         // [N · T, K]
        return nn.functional.cross_entropy(logits, cat([.. targets.Select(target => target.flatten())]));
    }

    public int[] Answers(Tensor output, LabelledSamples samples, IReadOnlyList<int> positions) =>
        Best(samples.Asked(output, positions));

    /// <returns>The place of the largest number of each row, shape [N, K].</returns>
    public static int[] Best(Tensor logits) => [.. logits.argmax(1).cpu().data<long>().ToArray().Select(label => (int)label)];
}
