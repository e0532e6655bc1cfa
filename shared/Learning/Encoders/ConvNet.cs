using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>A small convolutional network for small images, about 130,000 weights at width 32: 5×5 stride 2 → 3×3 stride 2 → residual
/// 3×3 → 3×3 stride 2, each with batch norm and ReLU: D = 4 · width.</summary>
internal sealed class ConvNet : Encoder
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Conv2d conv4;
    private readonly BatchNorm2d bn4;

    public ConvNet(int channels, int width)
        : base("convnet", 4 * width)
    {
        conv1 = nn.Conv2d(channels, width, 5, stride: 2, padding: 2, bias: false);
        bn1 = nn.BatchNorm2d(width);
        conv2 = nn.Conv2d(width, 2 * width, 3, stride: 2, padding: 1, bias: false);
        bn2 = nn.BatchNorm2d(2 * width);
        conv3 = nn.Conv2d(2 * width, 2 * width, 3, padding: 1, bias: false);
        bn3 = nn.BatchNorm2d(2 * width);
        conv4 = nn.Conv2d(2 * width, 4 * width, 3, stride: 2, padding: 1, bias: false);
        bn4 = nn.BatchNorm2d(4 * width);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; } =
        [[nameof(conv1), nameof(bn1)], [nameof(conv2), nameof(bn2)], [nameof(conv3), nameof(bn3)], [nameof(conv4), nameof(bn4)]];

    public override IReadOnlyList<int> LevelWidths => [Width / 4, Width / 2, Width];

    public override Features Encode(Tensor input)
    {
        var first = nn.functional.relu(bn1.Normalize(conv1.forward(input)));             // [N, W, S/2, S/2]
        var second = nn.functional.relu(bn2.Normalize(conv2.forward(first)));            // [N, 2W, S/4, S/4]
        second = second.Plus(nn.functional.relu(bn3.Normalize(conv3.forward(second))));
        var third = nn.functional.relu(bn4.Normalize(conv4.forward(second)));            // [N, 4W, S/8, S/8]
        return Features.OfMap([first, second, third]);
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
