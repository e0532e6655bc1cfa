using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>
/// A linear classifier on features that stay as they are: what they hold without any further learning. Features are first brought to mean 0 and deviation 1
/// over the samples it trains on, so that one grid of learning rates serves pretrained and random encoders alike.
/// </summary>
public sealed class LinearProbe : nn.Module<Tensor, Tensor>
{
    private readonly Tensor mean;
    private readonly Tensor deviation;
    private readonly Linear head;

    public LinearProbe(int features, int classes, ulong seed)
        : base("probe")
    {
        mean = zeros(features);
        deviation = ones(features);
        head = nn.Linear(features, classes);
        register_buffer(nameof(mean), mean);
        register_buffer(nameof(deviation), deviation);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    /// <summary>Takes mean and deviation from these features, shape [N, D].</summary>
    public void Standardize(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        get_buffer(nameof(mean))!.copy_(features.mean([0]));
        // A feature that is the same for all of them is only shifted: to stretch it would let it drown the others wherever it does differ.
        var spread = features.std(0, unbiased: false);
        get_buffer(nameof(deviation))!.copy_(spread.masked_fill(spread.lt(Scalars.Of(1e-6)), Scalars.Of(1)));
    }

    /// <param name="input">Features, shape [N, D].</param>
    /// <returns>Logits, shape [N, K].</returns>
    public override Tensor forward(Tensor input) =>
        head.forward((input - get_buffer(nameof(mean))!) / get_buffer(nameof(deviation))!);
}
