using Pipeline.Contracts;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Images [N, C, S, S] in [0, 1], or tokens [N, T] as int64, to features [N, D].</summary>
public abstract class Encoder(string name, int features) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>D.</summary>
    public int Features { get; } = features;

    /// <summary>Names of its modules, by depth, those nearest to the input first.</summary>
    public abstract IReadOnlyList<IReadOnlyList<string>> Layers { get; }
}

/// <summary>An encoder of sequences. Tokens come with those for start and end, shorter samples filled up with padding, which changes nothing in the result.</summary>
public abstract class SequenceEncoder(string name, int features) : Encoder(name, features)
{
    /// <param name="tokens">Shape [N, T], int64.</param>
    /// <returns>The hidden state of each token, shape [N, T, D]; what it holds at padding is of no use.</returns>
    public abstract Tensor Hidden(Tensor tokens);
}

/// <summary>Makes encoders of one architecture.</summary>
public interface IEncoderArchitecture
{
    /// <summary>As experiments spell it.</summary>
    string Name { get; }

    /// <summary>With weights yet to be set.</summary>
    /// <param name="tokenizer">What makes tokens for it; null for images.</param>
    Encoder Create(EncoderSpec spec, InputSpec input, TokenizerReference? tokenizer);
}

/// <summary>The list of encoders. A new one is one file, one line here and its name at <see cref="EncoderSpec.Name"/>.</summary>
public static class EncoderArchitectures
{
    public static IReadOnlyList<IEncoderArchitecture> All { get; } = [new ConvNetArchitecture(), new ResNet18Architecture(), new TransformerArchitecture()];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    /// <exception cref="PipelineException">There is no such encoder.</exception>
    public static Encoder Create(EncoderSpec spec, InputSpec input, TokenizerReference? tokenizer = null)
    {
        var architecture = All.FirstOrDefault(architecture => architecture.Name == spec.Name)
            ?? throw new PipelineException($"'{spec.Name}' is no encoder. Valid are {string.Join(", ", Names)}.");
        return architecture.Create(spec, input, tokenizer);
    }
}
