using Pipeline.Learning.Native;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>Draws and applies an <see cref="AugmentationSpec"/>. Zoom is about the centre, shift and cut-out are uniform and alike along
/// both axes, gain knows no place: turning or mirroring an image before or after makes no difference to the distribution, so the artefacts
/// (bilinear blur, zeros from outside) carry no label.</summary>
/// <param name="size">Side of the images.</param>
/// <param name="shown">Side that they are brought to; null for <paramref name="size"/>.</param>
public sealed class Augmentation(AugmentationSpec spec, int size, int? shown = null)
{
    private readonly int _shown = shown ?? size;

    /// <summary>Numbers for one image: zoom, shift along x and y, gain, centre of the cut-out along x and y; in pixels.</summary>
    public const int Numbers = 6;

    /// <summary>False when nothing would change.</summary>
    public bool Active { get; } = spec.Scale > 1 || spec.Shift > 0 || spec.Gain > 1 || spec.Cutout > 0 || spec.Crop is not null;

    public void Draw(ref CounterRandom random, Span<float> numbers)
    {
        numbers[0] = (float)Math.Exp(random.NextDouble(-1, 1) * Math.Log(spec.Scale));
        numbers[1] = (float)(random.NextDouble(-1, 1) * spec.Shift);
        numbers[2] = (float)(random.NextDouble(-1, 1) * spec.Shift);
        numbers[3] = (float)Math.Exp(random.NextDouble(-1, 1) * Math.Log(spec.Gain));
        numbers[4] = (float)random.NextDouble(0, size);
        numbers[5] = (float)random.NextDouble(0, size);
        if (spec.Crop is { } share)
        {
            // A crop is a zoom, and a shift that leaves no border in sight.
            var zoom = 1 / Math.Sqrt(random.NextDouble(share, 1));
            numbers[0] *= (float)zoom;
            numbers[1] += (float)(random.NextDouble(-1, 1) * (zoom - 1) * size / 2);
            numbers[2] += (float)(random.NextDouble(-1, 1) * (zoom - 1) * size / 2);
        }
    }

    /// <summary>Brings images to the side that they are shown in, and changes nothing else.</summary>
    public Tensor Resize(Tensor images) => _shown == size
        ? images
        : nn.functional.interpolate(images, [_shown, _shown], mode: InterpolationMode.Bilinear, align_corners: false);

    /// <param name="images">Shape [N, C, S, S].</param>
    /// <param name="numbers">Shape [N, 6], as drawn.</param>
    public Tensor Apply(Tensor images, Tensor numbers)
    {
        if (!Active)
            return Resize(images);

        var n = images.shape[0];
        var column = numbers.unbind(1);
        if (spec.Scale > 1 || spec.Shift > 0 || spec.Crop is not null || _shown != size)
        {
            // Output position p shows the input at (p − shift) / zoom, in coordinates where the image spans −1 to 1.
            var inverse = column[0].reciprocal();
            var zero = zeros_like(inverse);
            var x = (column[1] * inverse).mul(Scalars.Of(-2.0 / size));
            var y = (column[2] * inverse).mul(Scalars.Of(-2.0 / size));
            var transform = stack([stack([inverse, zero, x], 1), stack([zero, inverse, y], 1)], 1);             // [N, 2, 3]
            var grid = nn.functional.affine_grid(transform, [n, images.shape[1], _shown, _shown], align_corners: false);    // [N, S, S, 2]
            images = nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
        }

        if (spec.Cutout > 0)
        {
            var step = size / (float)_shown;
            var places = tensor(Enumerable.Range(0, _shown).Select(i => (i + 0.5f) * step).ToArray(), device: images.device).unsqueeze(0);
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
