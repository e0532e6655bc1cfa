using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The labelled samples of one split: what an encoder is shown, what it must answer, what the baseline sees.</summary>
/// <param name="samples">Disposed with this.</param>
public abstract class LabelledSamples(SampleReader samples) : IDisposable
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

    /// <returns>int64: shape [N]; of tagged sequences [N, T] as <see cref="Inputs"/>, <see cref="NoTarget"/> where nothing is
    /// asked.</returns>
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

    public void Dispose()
    {
        samples.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What a trial learns from and is validated on.</summary>
/// <param name="Draw">Positions in <paramref name="Training"/> of the samples that the trial may see.</param>
public sealed record TrialData(LabelledSamples Training, int[] Draw, LabelledSamples Validation);

/// <summary>The labelled splits of a dataset version, as an encoder is shown them.</summary>
public sealed class LabelledSplits
{
    private readonly IArtifactStore _store;
    private readonly DatasetManifest _dataset;
    private readonly Func<SampleReader, LabelledSamples> _labelled;

    private LabelledSplits(IArtifactStore store, DatasetManifest dataset, Func<SampleReader, LabelledSamples> labelled) =>
        (_store, _dataset, _labelled) = (store, dataset, labelled);

    /// <param name="task">One of <see cref="LabelTasks"/>.</param>
    /// <param name="tokens">Null for images.</param>
    /// <exception cref="PipelineException">The samples are images, and the task is tagging.</exception>
    public static async Task<LabelledSplits> OfAsync(
        IArtifactStore store, DatasetManifest dataset, string task, TokenizerReference? tokens, CancellationToken cancellation)
    {
        if (tokens is not null)
        {
            var (tokenizer, length) = (await TokenizerStore.OpenAsync(store, tokens, cancellation), tokens.Spec.Length);
            return new LabelledSplits(store, dataset, task == LabelTasks.Tagging
                ? samples => new TaggedSequences(samples, dataset, tokenizer, length)
                : samples => new LabelledSequences(samples, dataset, tokenizer, length));
        }

        return task == LabelTasks.Tagging
            ? throw new PipelineException(
                $"fineTuning.task is tagging, and the samples are images: it must be {LabelTasks.Classification}.")
            : new LabelledSplits(store, dataset, samples => new LabelledImages(samples, dataset.Classes));
    }

    public LabelledSamples Open(Split split) => _labelled(SampleReader.Open(_store, _dataset, split));
}

/// <summary>Images with their classes. The baseline sees their pixels.</summary>
public sealed class LabelledImages : LabelledSamples
{
    private readonly SampleReader _samples;
    private readonly int[] _numbers;

    /// <param name="classes">The dataset's, in its order.</param>
    public LabelledImages(SampleReader samples, IReadOnlyList<string> classes)
        : base(samples)
    {
        _samples = samples;
        _numbers = [.. Enumerable.Range(0, samples.Count).Where(sample => samples.Label(sample) >= 0)];
        Truth = new Truth([.. _numbers.Select(samples.Label)], classes);
    }

    public override IReadOnlyList<int> Strata => Truth.Labels;

    public override Truth Truth { get; }

    public override Tensor Inputs(ReadOnlySpan<int> positions, Device device)
    {
        var size = _samples.ImageBytes;
        var pixels = new byte[positions.Length * size];
        for (var i = 0; i < positions.Length; i++)
            _samples.Pixels(_numbers[positions[i]]).CopyTo(pixels.AsSpan(i * size));
        var input = _samples.Input;
        var images = tensor(pixels, positions.Length, input.Channels, input.Size, input.Size, device: device);
        return images.to(ScalarType.Float32).div(Scalars.Of(255));
    }

    public override IFeatureRows Rows(IReadOnlyList<int> positions, Terms? terms, Device device) =>
        new DenseRows(Inputs([.. positions], device).flatten(1));
}
