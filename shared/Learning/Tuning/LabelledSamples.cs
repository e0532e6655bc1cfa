using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The labelled samples of one split: what an encoder is shown, and what it must answer.</summary>
/// <param name="samples">Disposed with this.</param>
public abstract class LabelledSamples(SampleReader samples) : IDisposable
{
    /// <summary>What the cross-entropy of PyTorch passes over.</summary>
    public const long NoTarget = -100;

    public int Count => Strata.Count;

    /// <summary>Where each sample stands in its split.</summary>
    public abstract IReadOnlyList<int> Numbers { get; }

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

    /// <summary>Sequences as text; none for images.</summary>
    public virtual IReadOnlyList<string> Texts(ReadOnlySpan<int> positions) => [];

    /// <summary>An image, shape [C, S, S]; empty for sequences. Valid until the next call.</summary>
    public virtual ReadOnlySpan<byte> Pixels(int position) => [];

    public void Dispose()
    {
        samples.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The labelled splits of a dataset version, as an encoder is shown them.</summary>
public sealed class LabelledSplits : IDisposable
{
    private readonly IArtifactStore _store;
    private readonly DatasetManifest _dataset;
    private readonly Func<SampleReader, bool, LabelledSamples> _labelled;
    private readonly List<LabelledSamples> _opened = [];

    private LabelledSplits(IArtifactStore store, DatasetManifest dataset, Func<SampleReader, bool, LabelledSamples> labelled) =>
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
                ? (samples, _) => new TaggedSequences(samples, dataset, tokenizer, length)
                : (samples, labelledOnly) => new LabelledSequences(samples, dataset, tokenizer, length, labelledOnly));
        }

        return task == LabelTasks.Tagging
            ? throw new PipelineException(
                $"fineTuning.task is tagging, and the samples are images: it must be {LabelTasks.Classification}.")
            : new LabelledSplits(
                store, dataset, (samples, labelledOnly) => new LabelledImages(samples, dataset.Classes, labelledOnly));
    }

    /// <param name="labelledOnly">False: with the unlabelled samples, and no label is read. Of tagging only labelled ones.</param>
    /// <returns>Disposed with this.</returns>
    public LabelledSamples Open(Split split, bool labelledOnly = true)
    {
        var opened = _labelled(SampleReader.Open(_store, _dataset, split), labelledOnly);
        _opened.Add(opened);
        return opened;
    }

    public void Dispose() => _opened.ForEach(samples => samples.Dispose());
}

/// <summary>Images with their classes.</summary>
public sealed class LabelledImages : LabelledSamples
{
    private readonly SampleReader _samples;
    private readonly int[] _numbers;

    /// <param name="classes">The dataset's, in its order.</param>
    /// <param name="labelledOnly">False: with the unlabelled samples, of which no label is read.</param>
    public LabelledImages(SampleReader samples, IReadOnlyList<string> classes, bool labelledOnly = true)
        : base(samples)
    {
        _samples = samples;
        _numbers = [.. Enumerable.Range(0, samples.Count).Where(sample => !labelledOnly || samples.Label(sample) >= 0)];
        Truth = new Truth(labelledOnly ? [.. _numbers.Select(samples.Label)] : new int[_numbers.Length], classes);
    }

    public override IReadOnlyList<int> Numbers => _numbers;

    public override IReadOnlyList<int> Strata => Truth.Labels;

    public override Truth Truth { get; }

    public override ReadOnlySpan<byte> Pixels(int position) => _samples.Pixels(_numbers[position]);

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
}
