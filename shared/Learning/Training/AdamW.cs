using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) with β = (0.9, 0.999) and ε = 1e-8, as in PyTorch. TorchSharp's own makes a number for every operation
/// on every weight that a collection can free while it is read (see <see cref="Scalars"/>).
/// </summary>
public sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double weightDecay;
    private readonly Parameter[] parameters;
    private readonly double[] rates;
    private readonly Tensor[] means;
    private readonly Tensor[] squares;
    private long steps;

    /// <param name="rates">Of each parameter, its learning rate over that of the step; null for the same for all.</param>
    public AdamW(IEnumerable<Parameter> parameters, double weightDecay, IEnumerable<double>? rates = null)
    {
        this.weightDecay = weightDecay;
        this.parameters = [.. parameters];
        this.rates = rates is null ? [.. this.parameters.Select(_ => 1.0)] : [.. rates];
        ArgumentOutOfRangeException.ThrowIfNotEqual(this.rates.Length, this.parameters.Length, nameof(rates));
        means = [.. this.parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        squares = [.. this.parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    /// <summary>Forgets the gradients; the next backward pass makes new ones.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>One step along the gradients that the backward pass left.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        steps++;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, steps));
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].grad is not { } gradient)
            {
                continue;
            }

            using Scalar decay = 1 - (learningRate * rates[i] * weightDecay);
            using Scalar stride = -learningRate * rates[i] / (1 - Math.Pow(Beta1, steps));
            parameters[i].mul_(decay);
            means[i].mul_(Scalars.Of(Beta1)).add_(gradient, Scalars.Of(1 - Beta1));
            squares[i].mul_(Scalars.Of(Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - Beta2));
            var scale = squares[i].sqrt().div_(correction).add_(Scalars.Of(Epsilon), Scalars.Of(1));
            parameters[i].addcdiv_(means[i], scale, stride);
        }
    }

    /// <summary>Moments and step count: <c>optimizer.N.exp_avg</c>, <c>optimizer.N.exp_avg_sq</c>, N counting parameters, and <c>optimizer.step</c>.</summary>
    public IEnumerable<SafetensorsTensor> Tensors() =>
    [
        .. means.Select((mean, i) => ModuleTensors.ToSafetensors($"optimizer.{i}.exp_avg", mean)),
        .. squares.Select((square, i) => ModuleTensors.ToSafetensors($"optimizer.{i}.exp_avg_sq", square)),
        SafetensorsTensor.Of<long>("optimizer.step", [steps], 1),
    ];

    public void Load(SafetensorsFile file)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            ModuleTensors.CopyInto(means[i], file, $"optimizer.{i}.exp_avg");
            ModuleTensors.CopyInto(squares[i], file, $"optimizer.{i}.exp_avg_sq");
        }

        steps = file.Read<long>("optimizer.step")[0];
    }

    public void Dispose()
    {
        foreach (var moment in means.Concat(squares))
        {
            moment.Dispose();
        }
    }
}
