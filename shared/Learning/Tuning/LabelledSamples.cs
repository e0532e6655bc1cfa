using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The labelled samples of one split, in the order of the split.</summary>
public sealed class LabelledSamples
{
    private readonly SampleReader samples;
    private readonly int[] numbers;

    public LabelledSamples(SampleReader samples)
    {
        this.samples = samples;
        numbers = [.. Enumerable.Range(0, samples.Count).Where(sample => samples.Label(sample) >= 0)];
        Labels = [.. numbers.Select(samples.Label)];
    }

    public int Count => numbers.Length;

    /// <summary>Class of each.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Numbers in a sample: C · S · S.</summary>
    public int Features => samples.ImageBytes;

    /// <param name="positions">Places in this list.</param>
    /// <returns>Shape [N, C, S, S], in [0, 1].</returns>
    public Tensor Images(ReadOnlySpan<int> positions, Device device)
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

    /// <returns>Shape [N], int64.</returns>
    public Tensor Targets(ReadOnlySpan<int> positions, Device device)
    {
        var targets = new long[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            targets[i] = Labels[positions[i]];
        }

        return tensor(targets, device: device);
    }
}
