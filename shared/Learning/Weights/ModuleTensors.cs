using Pipeline.Artifacts.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Weights;

/// <summary>A module's parameters and buffers as safetensors, under the names of its state dictionary.</summary>
public static class ModuleTensors
{
    /// <param name="prefix">Put before every name, such as <c>encoder.</c></param>
    public static IEnumerable<SafetensorsTensor> Tensors(this nn.Module module, string prefix = "") =>
        module.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => ToSafetensors(prefix + entry.Key, entry.Value));

    /// <exception cref="PipelineException">A tensor is missing or has another shape: the file belongs to another network.</exception>
    public static void LoadTensors(this nn.Module module, SafetensorsFile file, string prefix = "")
    {
        using var noGradient = no_grad();
        foreach (var (name, target) in module.state_dict())
            CopyInto(target, file, prefix + name);
    }

    public static SafetensorsTensor ToSafetensors(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var local = tensor.detach().cpu().contiguous();
        return local.dtype switch
        {
            ScalarType.Float32 => SafetensorsTensor.Of<float>(name, local.data<float>().ToArray(), local.shape),
            ScalarType.Int64 => SafetensorsTensor.Of<long>(name, local.data<long>().ToArray(), local.shape),
            _ => throw new NotSupportedException($"'{name}' has element type {local.dtype}."),
        };
    }

    public static void CopyInto(Tensor target, SafetensorsFile file, string name)
    {
        if (!file.Entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape))
        {
            throw new PipelineException(
                $"'{file.Path}' has no tensor '{name}' of shape [{string.Join(", ", target.shape)}]: it belongs to another network.");
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        target.copy_(target.dtype switch
        {
            ScalarType.Float32 => torch.tensor(file.Read<float>(name).ToArray(), target.shape),
            ScalarType.Int64 => torch.tensor(file.Read<long>(name).ToArray(), target.shape),
            _ => throw new NotSupportedException($"'{name}' has element type {target.dtype}."),
        });
    }
}
