using Pipeline.Learning.Native;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>Draws and applies an <see cref="AugmentationSpec"/>. Zoom is about the centre, shift and cut-out are uniform and alike along
/// both axes, gain knows no place: turning or mirroring an image before or after makes no difference to the distribution, so the artefacts
/// (bilinear blur, zeros from outside) carry no label.</summary>
public sealed class Augmentation(AugmentationSpec spec, int size)
{
    /// <summary>Numbers for one image: zoom, shift along x and y, gain, centre of the cut-out along x and y; in pixels.</summary>
    public const int Numbers = 6;

    /// <summary>False when nothing would change.</summary>
    public bool Active { get; } = spec.Scale > 1 || spec.Shift > 0 || spec.Gain > 1 || spec.Cutout > 0;

    public void Draw(ref CounterRandom random, Span<float> numbers)
    {
        numbers[0] = (float)Math.Exp(random.NextDouble(-1, 1) * Math.Log(spec.Scale));
        numbers[1] = (float)(random.NextDouble(-1, 1) * spec.Shift);
        numbers[2] = (float)(random.NextDouble(-1, 1) * spec.Shift);
        numbers[3] = (float)Math.Exp(random.NextDouble(-1, 1) * Math.Log(spec.Gain));
        numbers[4] = (float)random.NextDouble(0, size);
        numbers[5] = (float)random.NextDouble(0, size);
    }

    /// <param name="images">Shape [N, C, S, S].</param>
    /// <param name="numbers">Shape [N, 6], as drawn.</param>
    public Tensor Apply(Tensor images, Tensor numbers)
    {
        if (!Active)
            return images;

        var n = images.shape[0];
        var column = numbers.unbind(1);
        if (spec.Scale > 1 || spec.Shift > 0)
        {
            // Output position p shows the input at (p − shift) / zoom, in coordinates where the image spans −1 to 1.
            var inverse = column[0].reciprocal();
            var zero = zeros_like(inverse);
            var x = (column[1] * inverse).mul(Scalars.Of(-2.0 / size));
            var y = (column[2] * inverse).mul(Scalars.Of(-2.0 / size));
            var transform = stack([stack([inverse, zero, x], 1), stack([zero, inverse, y], 1)], 1);             // [N, 2, 3]
            var grid = nn.functional.affine_grid(transform, images.shape, align_corners: false);                // [N, S, S, 2]
            images = nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
        }

        if (spec.Cutout > 0)
        {
            var places = tensor(Enumerable.Range(0, size).Select(i => i + 0.5f).ToArray(), device: images.device).unsqueeze(0);   // [1, S]
            var inX = (places - column[4].unsqueeze(1)).abs().lt(Scalars.Of(spec.Cutout / 2.0));                             // [N, S]
            var inY = (places - column[5].unsqueeze(1)).abs().lt(Scalars.Of(spec.Cutout / 2.0));
            var kept = (inX.unsqueeze(1) & inY.unsqueeze(2)).logical_not();                                      // [N, S, S]
            images = images * kept.unsqueeze(1).to(ScalarType.Float32);
        }

        return spec.Gain > 1 ? images * column[3].view(n, 1, 1, 1) : images;
    }
}

/// <summary>Seeds torch's generator, which dropout draws from, by the step: no state that a restart could lose.</summary>
public static class DropoutMasks
{
    /// <summary>To be called before the forward pass of a step.</summary>
    public static void Seed(ulong seed, long step)
    {
        using var generator = manual_seed((long)(new CounterRandom(seed, "dropout", step).NextUInt64() & long.MaxValue));
    }
}
