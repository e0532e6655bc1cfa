using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Tasks;

/// <summary>A class for each word of a sequence.</summary>
public sealed class TaggingTask() : CategoricalTask(LabelTasks.Tagging)
{
    public override bool PerSample => false;

    /// <exception cref="PipelineException">The samples are images.</exception>
    public override LabelledSamples Open(SampleReader samples, DatasetManifest dataset, (ITokenizer Tokenizer, int Length)? tokens) =>
        tokens is var (tokenizer, length)
            ? new TaggedSequences(samples, dataset, tokenizer, length)
            : throw new PipelineException("fineTuning.task is tagging, and the samples are images: it must be one for images.");
}
