using Pipeline.Learning.Native;
using Pipeline.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>Draws and applies random views of images over a whole batch: a crop with another aspect, a mirroring and a small turn by one
/// affine grid; then brightness, contrast, saturation, gamma, grey, blur and an erased square.</summary>
/// <param name="shown">Side of the views.</param>
public sealed class ImageViews(ContrastiveSpec spec, int shown)
{
    /// <summary>Numbers for one view: width, height, centre along x and y of the crop, its sine and cosine, mirroring; brightness,
    /// contrast, saturation, gamma, grey, blur; centre along x and y and half side of the erased square. Lengths in half sides of the
    /// image.</summary>
    public const int Numbers = 16;

    private const double MostAspect = 4 / 3.0;
    private const double MirrorShare = 0.5;
    private const double GreyShare = 0.2;
    private const double BlurShare = 0.3;

    private static readonly float[] BlurKernel = [.. from a in Row from b in Row select a * b];

    private static float[] Row => [0.25f, 0.5f, 0.25f];

    public void Draw(ref CounterRandom random, Span<float> numbers)
    {
        var side = Math.Sqrt(random.NextDouble(spec.Crop, 1));
        var aspect = Math.Exp(random.NextDouble(-1, 1) * Math.Log(MostAspect) / 2);
        var (width, height) = (Math.Min(1, side * aspect), Math.Min(1, side / aspect));
        var angle = random.NextDouble(-1, 1) * spec.Turn * Math.PI / 180;
        double Colour(ref CounterRandom from) => Math.Exp(from.NextDouble(-1, 1) * Math.Log(1 + spec.Colour));
        numbers[0] = (float)width;
        numbers[1] = (float)height;
        numbers[2] = (float)(random.NextDouble(-1, 1) * (1 - width));
        numbers[3] = (float)(random.NextDouble(-1, 1) * (1 - height));
        numbers[4] = (float)Math.Sin(angle);
        numbers[5] = (float)Math.Cos(angle);
        numbers[6] = spec.Mirror && random.NextDouble() < MirrorShare ? -1 : 1;
        for (var i = 7; i < 11; i++)
            numbers[i] = (float)Colour(ref random);

        numbers[11] = random.NextDouble() < GreyShare ? 1 : 0;
        numbers[12] = random.NextDouble() < BlurShare ? 1 : 0;
        numbers[13] = (float)random.NextDouble(-1, 1);
        numbers[14] = (float)random.NextDouble(-1, 1);
        numbers[15] = (float)random.NextDouble(0, spec.Erase);
    }

    /// <param name="images">Shape [N, C, S, S], in [0, 1].</param>
    /// <param name="numbers">Shape [N, 16], as drawn.</param>
    /// <returns>Shape [N, C, S', S'], in [0, 1].</returns>
    public Tensor Apply(Tensor images, Tensor numbers)
    {
        var (n, channels) = (images.shape[0], images.shape[1]);
        var part = numbers.unbind(1);
        Tensor Each(int number) => part[number].view(n, 1, 1, 1);

        var (sine, cosine) = (part[4], part[5]);
        var transform = stack(
            [
                stack([part[0] * cosine * part[6], (part[1] * sine).neg(), part[2]], 1),
                stack([part[0] * sine * part[6], part[1] * cosine, part[3]], 1),
            ], 1);                                                                                              // [N, 2, 3]
        var grid = nn.functional.affine_grid(transform, [n, channels, shown, shown], align_corners: false);
        var views = nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection,
            align_corners: false);

        views = views * Each(7);
        var mean = views.mean([1, 2, 3], keepdim: true);
        views = ((views - mean) * Each(8)).Plus(mean);
        if (channels > 1)
        {
            var grey = views.mean([1], keepdim: true);
            var saturation = Each(9) * Each(11).neg().add(Scalars.Of(1.0), Scalars.Of(1));
            views = ((views - grey) * saturation).Plus(grey);
        }

        views = views.clamp(Scalars.Of(1e-4), Scalars.Of(1.0)).pow(Each(10));
        var kernel = tensor(BlurKernel, 1, 1, 3, 3, device: images.device).expand(channels, 1, 3, 3);
        var blurred = nn.functional.conv2d(nn.functional.pad(views, [1, 1, 1, 1], PaddingModes.Replicate), kernel, groups: channels);
        views = ((blurred - views) * Each(12)).Plus(views);

        var places = linspace(-1 + (1.0 / shown), 1 - (1.0 / shown), shown, dtype: ScalarType.Float32, device: images.device);
        var inX = (places.unsqueeze(0) - part[13].unsqueeze(1)).abs().lt(part[15].unsqueeze(1));               // [N, S']
        var inY = (places.unsqueeze(0) - part[14].unsqueeze(1)).abs().lt(part[15].unsqueeze(1));
        var kept = (inX.unsqueeze(1) & inY.unsqueeze(2)).logical_not().unsqueeze(1).to(ScalarType.Float32);     // [N, 1, S', S']
        return views * kept;
    }
}
