using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

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

    /// <param name="output">Shape [N, K], or [N, T, K].</param>
    /// <returns>The rows of an output that answer: one for each label of the samples, shape [labels, K].</returns>
    public Tensor Asked(Tensor output, IReadOnlyList<int> positions) =>
        output.flatten(0, -2).index_select(0, tensor(Answering(positions), device: output.device));

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
