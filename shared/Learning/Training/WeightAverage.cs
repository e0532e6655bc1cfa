using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>The exponential moving average of a module's weights: d · average + (1 − d) · weight after each step (Polyak and Juditsky 1992;
/// averages of SGD's weights: arXiv:1803.05407). d is min(decay, (1 + step) / (10 + step)), so that the average soon forgets the random
/// weights of the start. Buffers of real numbers, which are batch norm's running statistics, are averaged alike, as they belong to the
/// weights of their time; whole numbers are copied.</summary>
internal sealed class WeightAverage : IDisposable
{
    private const string Prefix = "average.";

    private readonly double _decay;
    private readonly (string Name, Tensor Live, Tensor Average)[] _tensors;

    /// <param name="module">Where it will stay: moving it to another device would leave the average behind.</param>
    /// <param name="decay">Above 0 and below 1.</param>
    public WeightAverage(nn.Module module, double decay)
    {
        using var noGradient = no_grad();
        _decay = decay;
        _tensors = [.. module.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value, entry.Value.detach().clone().DetachFromDisposeScope()))];
    }

    /// <param name="step">Steps done.</param>
    public void Update(long step)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var decay = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        using Scalar kept = decay;
        using Scalar taken = 1 - decay;
        foreach (var (_, live, average) in _tensors)
        {
            if (average.is_floating_point())
                average.mul_(kept).add_(live, taken);
            else
                average.copy_(live);
        }
    }

    /// <summary>The module gets the average, and the average is what the module was. A second time puts both back.</summary>
    public void Swap()
    {
        using var noGradient = no_grad();
        foreach (var (_, live, average) in _tensors)
        {
            using var kept = live.detach().clone();
            live.copy_(average);
            average.copy_(kept);
        }
    }

    public IEnumerable<SafetensorsTensor> Tensors() =>
        _tensors.Select(tensor => ModuleTensors.ToSafetensors(Prefix + tensor.Name, tensor.Average));

    public void Load(SafetensorsFile file)
    {
        foreach (var (name, _, average) in _tensors)
            ModuleTensors.CopyInto(average, file, Prefix + name);
    }

    public void Dispose()
    {
        foreach (var (_, _, average) in _tensors)
            average.Dispose();
    }
}
