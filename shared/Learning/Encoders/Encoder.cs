using Pipeline.Contracts;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Images [N, C, S, S] in [0, 1] to features [N, D].</summary>
public abstract class Encoder(string name, int features) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>D.</summary>
    public int Features { get; } = features;

    /// <summary>Names of its modules, by depth, those nearest to the input first.</summary>
    public abstract IReadOnlyList<IReadOnlyList<string>> Layers { get; }
}

/// <summary>Makes encoders of one architecture.</summary>
public interface IEncoderArchitecture
{
    /// <summary>As experiments spell it.</summary>
    string Name { get; }

    /// <summary>Channels of the first layer where the experiment names none.</summary>
    int DefaultWidth { get; }

    /// <summary>With weights yet to be set.</summary>
    Encoder Create(InputSpec input, int width);
}

/// <summary>The list of encoders. A new one is one file and one line here.</summary>
public static class EncoderArchitectures
{
    public static IReadOnlyList<IEncoderArchitecture> All { get; } = [new ConvNetArchitecture(), new ResNet18Architecture()];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    /// <exception cref="PipelineException">There is no such encoder.</exception>
    public static Encoder Create(EncoderSpec spec, InputSpec input)
    {
        var architecture = All.FirstOrDefault(architecture => architecture.Name == spec.Name)
            ?? throw new PipelineException($"'{spec.Name}' is no encoder. Valid are {string.Join(", ", Names)}.");
        return architecture.Create(input, spec.Width ?? architecture.DefaultWidth);
    }
}
