using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>
/// A network in pretraining, with its optimizer and the steps that both have done: all that the next step depends on beside its batch. Saved and loaded, it goes on bit for bit as if
/// nothing had been.
/// </summary>
/// <param name="network">On its device already. It is the caller's.</param>
/// <param name="steps">Of the whole run.</param>
internal sealed class PretrainedNetwork(nn.Module network, PretrainingSpec spec, long steps) : IDisposable
{
    private const string StepName = "trainer.step";

    private readonly AdamW optimizer = new(network.parameters(), spec.WeightDecay);

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>That of the next step.</summary>
    public double LearningRate => Schedule.LearningRate(spec.Schedule, spec.LearningRate, Math.Min(Step, steps - 1), steps);

    /// <summary>One optimizer step down a loss that the network was just asked for.</summary>
    /// <returns>The loss.</returns>
    /// <exception cref="PipelineException">It is not finite: training diverged.</exception>
    public double Descend(Tensor loss)
    {
        optimizer.ZeroGradients();
        loss.backward();
        optimizer.Step(LearningRate);
        Step++;

        var value = loss.Read();
        return double.IsFinite(value)
            ? value
            : throw new PipelineException($"Pretraining diverged: the loss is {value} at step {Step} of {steps}. A lower pretraining.learningRate than {spec.LearningRate:g3} may help.");
    }

    public List<SafetensorsTensor> Save() => [SafetensorsTensor.Of<long>(StepName, [Step], 1), .. network.Tensors(), .. optimizer.Tensors()];

    public void Load(SafetensorsFile checkpoint)
    {
        network.LoadTensors(checkpoint);
        optimizer.Load(checkpoint);
        Step = checkpoint.Read<long>(StepName)[0];
    }

    public void Dispose() => optimizer.Dispose();
}

/// <summary>Signs of collapse: an encoder that answers the same to everything has no spread and no rank.</summary>
public static class FeatureStatistics
{
    /// <summary>
    /// Mean over features of their standard deviation across samples, each feature vector first scaled to length √D. 1 where directions are spread evenly;
    /// somewhat less for features after a ReLU, which share a quadrant; 0 where all samples look the same.
    /// </summary>
    /// <param name="features">Shape [N, D], N above 1.</param>
    public static double Deviation(Tensor features)
    {
        using var scope = NewDisposeScope();
        var lengths = features.norm(1, keepdim: true, p: 2).clamp_min(Scalars.Of(1e-12));
        var scaled = (features / lengths).mul(Scalars.Of(Math.Sqrt(features.shape[1])));
        return scaled.std(0).mean().Read();
    }

    /// <summary>exp(−Σ p log p) over the singular values of the centred features, scaled to sum 1 (Roy and Vetterli 2007): 1 to D.</summary>
    /// <param name="features">Shape [N, D].</param>
    public static double EffectiveRank(Tensor features)
    {
        using var scope = NewDisposeScope();
        var values = linalg.svdvals((features - features.mean([0], keepdim: true)).cpu().to(ScalarType.Float64));
        var sum = values.sum().Read();
        if (sum <= 1e-12)
        {
            return 1;
        }

        var shares = values.div(values.sum());
        return Math.Exp(-(shares * shares.clamp_min(Scalars.Of(1e-300)).log()).sum().Read());
    }
}
