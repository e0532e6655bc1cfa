using Pipeline.Learning.Native;
using Pipeline.Learning.Statistics;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

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
        {
            samples.Pixels(numbers[positions[i]]).CopyTo(pixels.AsSpan(i * size));
        }

        var input = samples.Input;
        return tensor(pixels, positions.Length, input.Channels, input.Size, input.Size, device: device).to(ScalarType.Float32).div(Scalars.Of(255));
    }

    public override IFeatureRows Rows(IReadOnlyList<int> positions, Terms? terms, Device device) => new DenseRows(Inputs([.. positions], device).flatten(1));
}
