using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Tasks;

/// <summary>A class for each sample.</summary>
public sealed class ClassificationTask() : CategoricalTask(LabelTasks.Classification)
{
    public override bool PerSample => true;

    public override LabelledSamples Open(SampleReader samples, DatasetManifest dataset, (ITokenizer Tokenizer, int Length)? tokens) =>
        Open(samples, dataset, tokens, labelledOnly: true);

    /// <param name="labelledOnly">False: every sample, and no label is read.</param>
    internal static LabelledSamples Open(
        SampleReader samples, DatasetManifest dataset, (ITokenizer Tokenizer, int Length)? tokens, bool labelledOnly) =>
        tokens is var (tokenizer, length)
            ? new LabelledSequences(samples, dataset, tokenizer, length, labelledOnly)
            : new LabelledImages(samples, dataset.Classes, labelledOnly);
}
