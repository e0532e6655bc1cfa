using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>What <see cref="BatchNorm2d"/> does, without the number that its own forward pass leaves to the collector (see <see cref="Scalars"/>).</summary>
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

        return nn.functional.batch_norm(input, layer.running_mean!, layer.running_var!, layer.weight, layer.bias, layer.training, Momentum, Epsilon);
    }
}
