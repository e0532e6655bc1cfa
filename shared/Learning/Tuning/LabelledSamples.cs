using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>
/// The labelled samples of one split, in the order of the split: what an encoder is shown, what is to be answered, and what the baseline
/// sees.
/// </summary>
public abstract class LabelledSamples
{
    /// <summary>What the cross-entropy of PyTorch passes over.</summary>
    public const long NoTarget = -100;

    public int Count => Strata.Count;

    /// <summary>What draws are stratified by: the class of each sample, or the same for all.</summary>
    public abstract IReadOnlyList<int> Strata { get; }

    /// <summary>All right answers, in the order of the samples.</summary>
    public abstract Truth Truth { get; }

    /// <summary>The right answers of one sample.</summary>
    public IReadOnlyList<int> Labels(int position)
    {
        var (first, count) = Truth.Of(position).GetOffsetAndLength(Truth.Labels.Count);
        return [.. Enumerable.Range(first, count).Select(label => Truth.Labels[label])];
    }

    /// <summary>How long a sample is, so that samples of like length share a batch; of images all the same.</summary>
    public virtual int Length(int position) => 1;

    /// <param name="positions">Places in this list.</param>
    /// <returns>Images [N, C, S, S] in [0, 1], or tokens [N, T], int64, T being the longest.</returns>
    public abstract Tensor Inputs(ReadOnlySpan<int> positions, Device device);

    /// <returns>
    /// int64: shape [N]; of tagged sequences [N, T] as <see cref="Inputs"/>, <see cref="NoTarget"/> where nothing is asked.
    /// </returns>
    public virtual Tensor Targets(ReadOnlySpan<int> positions, Device device)
    {
        var targets = new long[positions.Length];
        for (var i = 0; i < positions.Length; i++)
            targets[i] = Truth.Labels[positions[i]];

        return tensor(targets, device: device);
    }

    /// <summary>Which rows of an output answer, its dimensions but the last made one: of [N, K] all; of [N, T, K] those of words.</summary>
    public virtual long[] Answering(IReadOnlyList<int> positions) => [.. Enumerable.Range(0, positions.Count).Select(row => (long)row)];

    /// <summary>What a linear model can be given without a network: dense or sparse rows.</summary>
    /// <param name="terms">Of sequences, what is counted in them; null for images.</param>
    public abstract IFeatureRows Rows(IReadOnlyList<int> positions, Terms? terms, Device device);

    /// <summary>Ways of counting in these sequences that a baseline is to choose from; none for images.</summary>
    /// <param name="positions">Those that it is to be fitted on.</param>
    public virtual IReadOnlyList<Terms> Candidates(IReadOnlyList<int> positions) => [];
}

/// <summary>What a trial learns from and is measured on, by what the experiment asks: classes of images or sequences, or tags.</summary>
public static class LabelledSplits
{
    /// <summary>As experiments spell the task in which words have labels.</summary>
    public const string Tagging = "tagging";

    /// <param name="tokenizer">Null for images.</param>
    /// <param name="length">Most tokens of a sample.</param>
    public static LabelledSamples Of(
        SampleReader samples, DatasetManifest dataset, FineTuningSpec spec, ITokenizer? tokenizer, int length) => (tokenizer, spec.Task) switch
    {
        (null, Tagging) => throw new PipelineException("fineTuning.task is tagging, and the samples are images: it must be classification."),
        (null, _) => new LabelledImages(samples, dataset.Classes),
        (_, Tagging) => new TaggedSequences(samples, dataset, tokenizer, length),
        _ => new LabelledSequences(samples, dataset, tokenizer, length),
    };
}

/// <summary>Images with their classes. The baseline sees their pixels.</summary>
public sealed class LabelledImages : LabelledSamples
{
    private readonly SampleReader samples;
    private readonly int[] numbers;

    /// <param name="classes">The dataset's, in its order.</param>
    public LabelledImages(SampleReader samples, IReadOnlyList<string> classes)
    {
        this.samples = samples;
        numbers = [.. Enumerable.Range(0, samples.Count).Where(sample => samples.Label(sample) >= 0)];
        Truth = new Truth([.. numbers.Select(samples.Label)], classes);
    }

    public override IReadOnlyList<int> Strata => Truth.Labels;

    public override Truth Truth { get; }

    public override Tensor Inputs(ReadOnlySpan<int> positions, Device device)
    {
        var size = samples.ImageBytes;
        var pixels = new byte[positions.Length * size];
        for (var i = 0; i < positions.Length; i++)
            samples.Pixels(numbers[positions[i]]).CopyTo(pixels.AsSpan(i * size));

        var input = samples.Input;
        return tensor(pixels, positions.Length, input.Channels, input.Size, input.Size, device: device)
            .to(ScalarType.Float32).div(Scalars.Of(255));
    }

    public override IFeatureRows Rows(IReadOnlyList<int> positions, Terms? terms, Device device) =>
        new DenseRows(Inputs([.. positions], device).flatten(1));
}
