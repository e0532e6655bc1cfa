using Pipeline.Learning.Encoders;
using Pipeline.Statistics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Weights;

/// <summary>Random weights that depend on the seed and the parameter's name alone. Convolutions: normal with variance 2 / fan-out (He et
/// al. 2015, arXiv:1502.01852); linear layers: normal with variance 1 / fan-in, bias 0; batch and layer norm: weight 1, bias 0; token and
/// position vectors: normal with variance 1 / width, of ViT with deviation 0.02.</summary>
public static class WeightInitialization
{
    private const double TokenDeviation = 0.02;

    public static void Initialize(nn.Module module, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, part) in module.named_modules())
        {
            switch (part)
            {
                case Conv2d conv:
                    var fanOut = conv.weight!.shape[0] * conv.weight.shape[2] * conv.weight.shape[3];
                    Fill(conv.weight, Math.Sqrt(2.0 / fanOut), seed, name + ".weight");
                    conv.bias?.zero_();
                    break;
                case Linear linear:
                    Fill(linear.weight!, Math.Sqrt(1.0 / linear.weight!.shape[1]), seed, name + ".weight");
                    linear.bias?.zero_();
                    break;
                case VisionTransformer vit:
                    foreach (var (parameter, tensor) in vit.named_parameters(recurse: false))
                        Fill(tensor, TokenDeviation, seed, name + "." + parameter);
                    break;
                case Embedding vectors:
                    Fill(vectors.weight!, Math.Sqrt(1.0 / vectors.weight!.shape[1]), seed, name + ".weight");
                    break;
            }
        }
    }

    private static void Fill(Tensor weight, double deviation, ulong seed, string name)
    {
        var random = new CounterRandom(seed, "weights/" + name);
        var values = new float[weight.numel()];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * random.NextGaussian());

        weight.copy_(tensor(values, weight.shape));
    }
}
