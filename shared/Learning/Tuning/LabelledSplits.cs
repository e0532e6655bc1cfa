using Pipeline.Contracts;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Tuning;

/// <summary>What a trial learns from and is measured on, by what the experiment asks: classes of images or sequences, or tags.</summary>
public static class LabelledSplits
{
    /// <summary>As experiments spell the task in which words have labels.</summary>
    public const string Tagging = "tagging";

    /// <param name="tokenizer">Null for images.</param>
    /// <param name="length">Most tokens of a sample.</param>
    public static LabelledSamples Of(SampleReader samples, DatasetManifest dataset, FineTuningSpec spec, ITokenizer? tokenizer, int length) => (tokenizer, spec.Task) switch
    {
        (null, Tagging) => throw new PipelineException("fineTuning.task is tagging, and the samples are images: valid is classification."),
        (null, _) => new LabelledImages(samples, dataset.Classes),
        (_, Tagging) => new TaggedSequences(samples, dataset, tokenizer, length),
        _ => new LabelledSequences(samples, dataset, tokenizer, length),
    };
}
