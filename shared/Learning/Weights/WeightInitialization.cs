using Pipeline.Learning.Encoders;
using Pipeline.Learning.Randomness;
using Pipeline.Learning.Training.MaskedModelling;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Weights;

/// <summary>
/// Random weights that depend on the seed and the parameter's name alone. Convolutions: normal with variance 2 / fan-out (He et al. 2015, arXiv:1502.01852);
/// linear layers: normal with variance 1 / fan-in, bias 0; batch and layer norm: weight 1, bias 0. In transformers, and in what stands on them to predict tokens, token and position
/// vectors and linear layers: normal with deviation 0.02 (Devlin et al. 2019, arXiv:1810.04805).
/// </summary>
public static class WeightInitialization
{
    private const double TransformerDeviation = 0.02;

    public static void Initialize(nn.Module module, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var transformers = module.named_modules().Prepend((name: "", module)).Where(entry => entry.module is TransformerNetwork or MaskedTokenHead).Select(entry => entry.name).ToList();
        foreach (var (name, part) in module.named_modules())
        {
            switch (part)
            {
                case Conv2d conv:
                    var fanOut = conv.weight!.shape[0] * conv.weight.shape[2] * conv.weight.shape[3];
                    Fill(conv.weight, Math.Sqrt(2.0 / fanOut), seed, name + ".weight");
                    break;
                case Linear linear:
                    var deviation = transformers.Exists(transformer => Within(transformer, name)) ? TransformerDeviation : Math.Sqrt(1.0 / linear.weight!.shape[1]);
                    Fill(linear.weight!, deviation, seed, name + ".weight");
                    linear.bias?.zero_();
                    break;
                case Embedding vectors:
                    Fill(vectors.weight!, TransformerDeviation, seed, name + ".weight");
                    break;
            }
        }
    }

    private static bool Within(string module, string part) => module.Length == 0 || part.StartsWith(module + ".", StringComparison.Ordinal);

    private static void Fill(Tensor weight, double deviation, ulong seed, string name)
    {
        var random = new CounterRandom(seed, "weights/" + name);
        var values = new float[weight.numel()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(deviation * random.NextGaussian());
        }

        weight.copy_(tensor(values, weight.shape));
    }
}
