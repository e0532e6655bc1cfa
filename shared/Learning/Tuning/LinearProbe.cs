using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <param name="Weight">Shape [K, D], row by row.</param>
/// <param name="Bias">Shape [K].</param>
public sealed record LinearHead(float[] Weight, float[] Bias);

/// <summary>Multinomial logistic regression on features that stay as they are, solved to convergence: what they hold without any further
/// learning. Features are first brought to mean 0 and deviation 1 over the samples that it is fitted on, so that one grid of penalties
/// serves pretrained and random encoders alike.</summary>
public sealed class LinearProbe : IDisposable
{
    private const string Prefix = "probe.";

    private readonly LogisticRegression _regression;
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    private LinearProbe(LogisticRegression regression, Tensor mean, Tensor deviation) =>
        (_regression, _mean, _deviation) = (regression, mean.DetachFromDisposeScope(), deviation.DetachFromDisposeScope());

    /// <summary>Numbers that were fitted.</summary>
    public long Size => _regression.Size;

    /// <param name="features">Shape [N, D].</param>
    /// <param name="targets">Shape [N], int64.</param>
    public static (LinearProbe Probe, IReadOnlyList<double> Loss) Fit(
        Tensor features, Tensor targets, int classes, double penalty, CancellationToken cancellation = default) =>
        FitEach(features, targets, classes, [penalty], oneScale: false, cancellation)[0];

    /// <summary>The penalty that does best on held-out features; of equals the largest.</summary>
    /// <param name="judge">How good answers on the held-out features are, higher being better.</param>
    /// <param name="oneScale">See <see cref="IFeatureSpace.HasOneScale"/>.</param>
    public static (LinearProbe Probe, IReadOnlyList<double> Loss, int[] Answers) FitBest(
        Tensor features, Tensor targets, int classes, IReadOnlyList<double> penalties, Tensor heldOut, Func<int[], double> judge,
        bool oneScale, CancellationToken cancellation)
    {
        var fitted = FitEach(features, targets, classes, [.. penalties.OrderDescending()], oneScale, cancellation)
            .Select(fit => (fit.Probe, fit.Loss, Answers: fit.Probe.Predict(heldOut))).ToList();
        var best = fitted.MaxBy(fit => judge(fit.Answers));
        fitted.ForEach(fit =>
        {
            if (fit.Probe != best.Probe)
                fit.Probe.Dispose();
        });
        return best;
    }

    private static IReadOnlyList<(LinearProbe Probe, IReadOnlyList<double> Loss)> FitEach(
        Tensor features, Tensor targets, int classes, IReadOnlyList<double> penalties, bool oneScale,
        CancellationToken cancellation)
    {
        var regressions = penalties.Select(_ => new LogisticRegression((int)features.shape[1], classes)).ToList();
        regressions.ForEach(regression => regression.to(features.device));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mean = features.mean([0]);
        // A feature that is the same for all of them is only shifted: to stretch it would let it drown the others wherever it does differ.
        var spread = features.std(0, unbiased: false);
        var deviation = oneScale
            ? spread.square().mean().sqrt().expand(spread.shape).contiguous()
            : spread.masked_fill(spread.lt(Scalars.Of(1e-6)), Scalars.Of(1));
        var rows = new DenseRows((features - mean) / deviation);
        var losses = LogisticRegression.FitEach(regressions, rows, targets, penalties, cancellation);
        return [.. regressions.Zip(losses, (regression, loss) =>
            (new LinearProbe(regression, mean.clone(), deviation.clone()), loss))];
    }

    /// <param name="file">What <see cref="Tensors"/> wrote.</param>
    public static LinearProbe Load(SafetensorsFile file, int features, int classes, Device device)
    {
        var regression = new LogisticRegression(features, classes);
        regression.LoadTensors(file, Prefix);
        regression.to(device);
        using var scope = NewDisposeScope();
        Tensor Read(string name) => tensor(file.Read<float>(Prefix + name).ToArray(), [features], device: device);
        return new LinearProbe(regression, Read("shift"), Read("scale"));
    }

    public IEnumerable<SafetensorsTensor> Tensors() =>
    [
        .. _regression.Tensors(Prefix),
        ModuleTensors.ToSafetensors(Prefix + "shift", _mean),
        ModuleTensors.ToSafetensors(Prefix + "scale", _deviation),
    ];

    /// <summary>The same answers as a linear layer on the features as they are.</summary>
    public LinearHead Head()
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = _regression.Head(_mean, _deviation);
        return new LinearHead(weight.cpu().data<float>().ToArray(), bias.cpu().data<float>().ToArray());
    }

    /// <param name="features">Shape [M, D].</param>
    /// <returns>Logits, shape [M, K].</returns>
    public Tensor Logits(Tensor features) => _regression.forward((features - _mean) / _deviation);

    /// <returns>The most probable class of each row.</returns>
    public int[] Predict(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return CategoricalTask.Best(Logits(features));
    }

    public void Dispose()
    {
        _regression.Dispose();
        _mean.Dispose();
        _deviation.Dispose();
    }
}
