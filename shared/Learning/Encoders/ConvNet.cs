using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>A small convolutional network for small images, about 130,000 weights at width 32: 5×5 stride 2 → 3×3 stride 2 → residual 3×3 →
/// 3×3 stride 2, each with batch norm and ReLU, then the mean over positions: D = 4 · width features.</summary>
internal sealed class ConvNet : Encoder
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Conv2d _conv3;
    private readonly BatchNorm2d _bn3;
    private readonly Conv2d _conv4;
    private readonly BatchNorm2d _bn4;

    public ConvNet(int channels, int width)
        : base("convnet", 4 * width)
    {
        _conv1 = nn.Conv2d(channels, width, 5, stride: 2, padding: 2, bias: false);
        _bn1 = nn.BatchNorm2d(width);
        _conv2 = nn.Conv2d(width, 2 * width, 3, stride: 2, padding: 1, bias: false);
        _bn2 = nn.BatchNorm2d(2 * width);
        _conv3 = nn.Conv2d(2 * width, 2 * width, 3, padding: 1, bias: false);
        _bn3 = nn.BatchNorm2d(2 * width);
        _conv4 = nn.Conv2d(2 * width, 4 * width, 3, stride: 2, padding: 1, bias: false);
        _bn4 = nn.BatchNorm2d(4 * width);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; } =
        [[nameof(_conv1), nameof(_bn1)], [nameof(_conv2), nameof(_bn2)], [nameof(_conv3), nameof(_bn3)], [nameof(_conv4), nameof(_bn4)]];

    public override Tensor forward(Tensor input)
    {
        var x = nn.functional.relu(_bn1.Normalize(_conv1.forward(input)));       // [N, W, S/2, S/2]
        x = nn.functional.relu(_bn2.Normalize(_conv2.forward(x)));               // [N, 2W, S/4, S/4]
        x = x.Plus(nn.functional.relu(_bn3.Normalize(_conv3.forward(x))));
        x = nn.functional.relu(_bn4.Normalize(_conv4.forward(x)));               // [N, 4W, S/8, S/8]
        return x.mean([2, 3]);                                               // [N, 4W]
    }
}

/// <summary>Batch norm without the number that TorchSharp's own leaves to the collector (see <see cref="Scalars"/>).</summary>
internal static class BatchNormalization
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;

    /// <param name="input">Shape [N, C, H, W].</param>
    public static Tensor Normalize(this BatchNorm2d layer, Tensor input)
    {
        if (layer.training)
        {
            using var noGradient = no_grad();
            layer.num_batches_tracked!.add_(Scalars.Of(1), Scalars.Of(1));
        }

        return nn.functional.batch_norm(
            input, layer.running_mean!, layer.running_var!, layer.weight, layer.bias, layer.training, Momentum, Epsilon);
    }
}
