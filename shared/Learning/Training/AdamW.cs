using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) with β = (0.9, 0.999) and ε = 1e-8, as in PyTorch. TorchSharp's own makes
/// a number for every operation on every weight that a collection can free while it is read (see <see cref="Scalars"/>).</summary>
public class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private const double ClipEpsilon = 1e-6;

    private readonly Parameter[] _parameters;
    private readonly double[] _rates;
    private readonly double[] _decays;
    private readonly double? _clip;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private long _steps;

    /// <param name="decay">One of <see cref="DecayedParameters"/>; null for all.</param>
    /// <param name="clip">Largest norm of all gradients together; null for no limit.</param>
    /// <param name="rates">Of each parameter, its learning rate over that of the step; null for the same for all.</param>
    public AdamW(
        IEnumerable<Parameter> parameters, double weightDecay, string? decay = null, double? clip = null, IEnumerable<double>? rates = null)
    {
        _clip = clip;
        _parameters = [.. parameters];
        _rates = rates is null ? [.. _parameters.Select(_ => 1.0)] : [.. rates];
        ArgumentOutOfRangeException.ThrowIfNotEqual(_rates.Length, _parameters.Length, nameof(rates));
        _decays = [.. _parameters.Select(parameter => decay == DecayedParameters.Matrices && parameter.dim() < 2 ? 0 : weightDecay)];
        _means = [.. _parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        _squares = [.. _parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    /// <summary>Numbers that it moves.</summary>
    public long Size => _parameters.Sum(parameter => parameter.numel());

    /// <summary>One step along the gradient of the mean of some losses. They are computed one after another, so that the memory for one is
    /// enough.</summary>
    /// <returns>The mean before the step.</returns>
    public double Step(double learningRate, params IReadOnlyList<Func<Tensor>> losses)
    {
        using var scope = NewDisposeScope();
        using Scalar count = (double)losses.Count;
        foreach (var parameter in _parameters)
            parameter.grad = null;

        var shares = new List<Tensor>();
        foreach (var loss in losses)
        {
            using var inner = NewDisposeScope();
            var share = losses.Count == 1 ? loss() : loss().div(count);
            share.backward();
            shares.Add(share.detach().MoveToOuterDisposeScope());
        }

        Descend(learningRate);
        return shares.Sum(share => share.Read());
    }

    /// <summary>One step along the gradients that the backward passes left.</summary>
    protected virtual void Descend(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_clip is { } most)
            ClipGradients(most);

        _steps++;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].grad is not { } gradient)
                continue;

            using Scalar decay = 1 - (learningRate * _rates[i] * _decays[i]);
            using Scalar stride = -learningRate * _rates[i] / (1 - Math.Pow(Beta1, _steps));
            _parameters[i].mul_(decay);
            _means[i].mul_(Scalars.Of(Beta1)).add_(gradient, Scalars.Of(1 - Beta1));
            _squares[i].mul_(Scalars.Of(Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - Beta2));
            var scale = _squares[i].sqrt().div_(correction).add_(Scalars.Of(Epsilon), Scalars.Of(1));
            _parameters[i].addcdiv_(_means[i], scale, stride);
        }
    }

    /// <summary>Tensors <c>optimizer.N.exp_avg</c> and <c>optimizer.N.exp_avg_sq</c> by parameter, and <c>optimizer.step</c>.</summary>
    public IEnumerable<SafetensorsTensor> Tensors() =>
    [
        .. _means.Select((mean, i) => ModuleTensors.ToSafetensors($"optimizer.{i}.exp_avg", mean)),
        .. _squares.Select((square, i) => ModuleTensors.ToSafetensors($"optimizer.{i}.exp_avg_sq", square)),
        SafetensorsTensor.Of<long>("optimizer.step", [_steps], 1),
    ];

    public void Load(SafetensorsFile file)
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            ModuleTensors.CopyInto(_means[i], file, $"optimizer.{i}.exp_avg");
            ModuleTensors.CopyInto(_squares[i], file, $"optimizer.{i}.exp_avg_sq");
        }

        _steps = file.Read<long>("optimizer.step")[0];
    }

    public virtual void Dispose()
    {
        foreach (var moment in _means.Concat(_squares))
            moment.Dispose();
        GC.SuppressFinalize(this);
    }

    // As PyTorch's clip_grad_norm_ does.
    private void ClipGradients(double most)
    {
        var gradients = _parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToList();
        var norm = stack(gradients.Select(gradient => gradient.square().sum())).sum().sqrt();
        var scale = norm.add(Scalars.Of(ClipEpsilon), Scalars.Of(1)).reciprocal().mul(Scalars.Of(most)).clamp_max(Scalars.Of(1.0));
        foreach (var gradient in gradients)
            gradient.mul_(scale);
    }
}

/// <summary>The learning rate as a function of the step, so that a resumed run needs no schedule state.</summary>
public static class Schedule
{
    private const double WarmUp = 0.3;
    private const double CosineWarmUp = 0.05;

    /// <param name="name"><c>one-cycle</c>: from peak / 25 up to the peak over 30 % of the steps, then down to peak / 250,000, both along a
    /// half cosine (arXiv:1803.09820, as in PyTorch; momentum stays). <c>cosine</c>: linear warm-up over 5 % of the steps, then a half
    /// cosine to 0 (arXiv:1608.03983).</param>
    /// <param name="step">From 0 to <paramref name="steps"/> − 1.</param>
    public static double LearningRate(string name, double peak, long step, long steps)
    {
        var last = Math.Max(1, steps - 1);
        return name switch
        {
            Schedules.OneCycle when step <= WarmUp * last => Cosine(peak / 25, peak, step / (WarmUp * last)),
            Schedules.OneCycle => Cosine(peak, peak / 25 / 1e4, (step - (WarmUp * last)) / ((1 - WarmUp) * last)),
            Schedules.Cosine when step < CosineWarmUp * last => peak * (step + 1) / ((CosineWarmUp * last) + 1),
            Schedules.Cosine => Cosine(peak, 0, (step - (CosineWarmUp * last)) / ((1 - CosineWarmUp) * last)),
            _ => throw new PipelineException($"The schedule is '{name}'; it must be one of {string.Join(", ", Schedules.All)}."),
        };
    }

    private static double Cosine(double from, double to, double progress) =>
        to + ((from - to) * (1 + Math.Cos(Math.PI * progress)) / 2);
}
