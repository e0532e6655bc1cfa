using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Images [N, C, S, S] in [0, 1], or tokens [N, T] as int64, to features. Tokens are start token, tokens, end token, and padding,
/// which changes nothing in the result.</summary>
public abstract class Encoder(string name, int width) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Numbers of a feature vector, D.</summary>
    public int Width { get; } = width;

    /// <summary>Names of its modules, by depth, those nearest to the input first.</summary>
    public abstract IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    /// <summary>Channels of each of the <see cref="Features.Levels"/> of images, from fine to coarse.</summary>
    public virtual IReadOnlyList<int> LevelWidths => [Width];

    public virtual bool HasClassToken => false;

    public abstract Features Encode(Tensor input);

    /// <returns><see cref="Features.Pooled"/>, shape [N, D].</returns>
    public sealed override Tensor forward(Tensor input) => Encode(input).Pooled;
}

/// <param name="Name">As experiments spell it.</param>
/// <param name="Create">Makes one with weights yet to be set. The tokenizer is null for images.</param>
public sealed record EncoderArchitecture(string Name, Func<EncoderSpec, InputSpec, TokenizerReference?, Encoder> Create);

/// <summary>The list of encoders. A new one is one file, one line here and its name at <see cref="EncoderSpec.Name"/>.</summary>
public static class EncoderArchitectures
{
    public static IReadOnlyList<EncoderArchitecture> All { get; } =
    [
        new("convnet", (spec, input, _) => new ConvNet(input.Channels, spec.Width ?? 32)),
        new("resnet18", (spec, input, _) => new ResNet18(input.Channels, spec.Width ?? 64)),
        new("vit", (spec, input, _) => new VisionTransformer(spec, input)),
        new("transformer", (spec, _, tokenizer) => TransformerArchitecture.Create(spec, tokenizer)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    /// <exception cref="PipelineException">There is no such encoder.</exception>
    public static Encoder Create(EncoderSpec spec, InputSpec input, TokenizerReference? tokenizer = null)
    {
        var architecture = All.FirstOrDefault(architecture => architecture.Name == spec.Name)
            ?? throw new PipelineException($"'{spec.Name}' is no encoder; it must be one of {string.Join(", ", Names)}.");
        return architecture.Create(spec, input, tokenizer);
    }
}
