using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

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
