using Pipeline.Learning.Native;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>Signs of collapse: an encoder that answers the same to everything has no spread and no rank.</summary>
public static class FeatureStatistics
{
    /// <summary>Mean over features of their standard deviation across samples, each feature vector first scaled to length √D. 1 where
    /// directions are spread evenly; somewhat less for features after a ReLU, which share a quadrant; 0 where all samples look the
    /// same.</summary>
    /// <param name="features">Shape [N, D], N above 1.</param>
    public static double Deviation(Tensor features)
    {
        using var scope = NewDisposeScope();
        var lengths = features.norm(1, keepdim: true, p: 2).clamp_min(Scalars.Of(1e-12));
        var scaled = (features / lengths).mul(Scalars.Of(Math.Sqrt(features.shape[1])));
        return scaled.std(0).mean().Read();
    }

    /// <summary>exp(−Σ p log p) over the centred features' singular values, scaled to sum 1 (Roy and Vetterli 2007): 1 to D.</summary>
    /// <param name="features">Shape [N, D].</param>
    public static double EffectiveRank(Tensor features)
    {
        using var scope = NewDisposeScope();
        var values = linalg.svdvals((features - features.mean([0], keepdim: true)).cpu().to(ScalarType.Float64));
        var sum = values.sum().Read();
        if (sum <= 1e-12)
            return 1;

        var shares = values.div(values.sum());
        return Math.Exp(-(shares * shares.clamp_min(Scalars.Of(1e-300)).log()).sum().Read());
    }
}
