using Pipeline.Contracts;

namespace Pipeline.Learning.Encoders;

/// <summary>Transformer encoders (Vaswani et al. 2017, arXiv:1706.03762) of the shape that <see cref="TransformerSpec"/> tells.</summary>
public sealed class TransformerArchitecture : IEncoderArchitecture
{
    public string Name => "transformer";

    /// <exception cref="PipelineException">There is no tokenizer or no shape, or the shape is none.</exception>
    public Encoder Create(EncoderSpec spec, InputSpec input, TokenizerReference? tokenizer)
    {
        if (tokenizer is null)
        {
            throw new PipelineException("Encoder 'transformer' takes tokens, and there is no tokenizer. Valid are text, DNA and protein; for images take convnet or resnet18.");
        }

        var shape = spec.Transformer ?? throw new PipelineException("Encoder 'transformer' has no shape. Valid is encoder.transformer with its width, layers and heads.");
        Check(shape, tokenizer);
        return shape.Layout == TransformerNames.Bert ? new Bert(shape, tokenizer) : new Transformer(shape, tokenizer);
    }

    private static void Check(TransformerSpec shape, TokenizerReference tokenizer)
    {
        Check("position", shape.Position, TransformerNames.Positions);
        Check("norm", shape.Norm, TransformerNames.Norms);
        Check("pooling", shape.Pooling, TransformerNames.Poolings);
        Check("layout", shape.Layout, TransformerNames.Layouts);
        if (shape.Width < 1 || shape.Heads < 1 || shape.Width % shape.Heads != 0)
        {
            throw new PipelineException($"encoder.transformer has width {shape.Width} and {shape.Heads} heads. Valid is a width that is a multiple of the heads.");
        }

        if (shape.Position == TransformerNames.Rotary && shape.Width / shape.Heads % 2 != 0)
        {
            throw new PipelineException($"encoder.transformer.position is rotary, and a head has {shape.Width / shape.Heads} numbers. Valid is an even number of width / heads.");
        }

        if (shape.Layers < 1 || shape.FeedForward < 1 || shape.Dropout is not (>= 0 and < 1))
        {
            throw new PipelineException($"encoder.transformer has {shape.Layers} layers, feedForward {shape.FeedForward} and dropout {shape.Dropout}. Valid are at least 1, at least 1, and 0 up to 1.");
        }

        if (shape.Layout == TransformerNames.Bert && (shape.Position != TransformerNames.Learned || shape.Norm != TransformerNames.Post))
        {
            throw new PipelineException($"encoder.transformer.layout is bert, with position {shape.Position} and norm {shape.Norm}. Valid with it are position learned and norm post.");
        }

        if (tokenizer.Spec.Length < 3)
        {
            throw new PipelineException($"tokenizer.length is {tokenizer.Spec.Length}. Valid is at least 3: a token between those for start and end.");
        }
    }

    private static void Check(string setting, string value, IReadOnlyList<string> valid)
    {
        if (!valid.Contains(value))
        {
            throw new PipelineException($"encoder.transformer.{setting} is '{value}'. Valid are {string.Join(", ", valid)}.");
        }
    }
}

/// <summary>The words that <see cref="TransformerSpec"/> knows.</summary>
public static class TransformerNames
{
    public const string Learned = "learned";
    public const string Rotary = "rotary";
    public const string Pre = "pre";
    public const string Post = "post";
    public const string Mean = "mean";
    public const string First = "first";
    public const string Own = "own";
    public const string Bert = "bert";

    public static IReadOnlyList<string> Positions { get; } = [Learned, Rotary];

    public static IReadOnlyList<string> Norms { get; } = [Pre, Post];

    public static IReadOnlyList<string> Poolings { get; } = [Mean, First];

    public static IReadOnlyList<string> Layouts { get; } = [Own, Bert];
}
