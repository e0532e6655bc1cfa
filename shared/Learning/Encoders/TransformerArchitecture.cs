namespace Pipeline.Learning.Encoders;

/// <summary>Transformer encoders (Vaswani et al. 2017, arXiv:1706.03762) of the shape that <see cref="TransformerSpec"/> tells.</summary>
internal static class TransformerArchitecture
{
    /// <exception cref="PipelineException">There is no tokenizer or no shape, or the shape is none.</exception>
    public static Encoder Create(EncoderSpec spec, TokenizerReference? tokenizer)
    {
        if (tokenizer is null)
        {
            throw new PipelineException(
                "Encoder 'transformer' takes tokens, and there is no tokenizer: the modality must be text, DNA or protein; "
                + "for images take convnet or resnet18.");
        }

        var shape = spec.Transformer ?? throw new PipelineException(
            "Encoder 'transformer' has no shape: encoder.transformer must have its width, layers and heads.");
        if (Wrong(shape, tokenizer) is { } wrong)
            throw new PipelineException(wrong);
        return shape.Layout == TransformerNames.Bert ? new Bert(shape, tokenizer) : new Transformer(shape, tokenizer);
    }

    private static string? Wrong(TransformerSpec shape, TokenizerReference tokenizer) =>
        Wrong("position", shape.Position, TransformerNames.Positions)
        ?? Wrong("norm", shape.Norm, TransformerNames.Norms)
        ?? Wrong("layout", shape.Layout, TransformerNames.Layouts)
        ?? shape switch
        {
            _ when shape.Width < 1 || shape.Heads < 1 || shape.Width % shape.Heads != 0 =>
                $"encoder.transformer has width {shape.Width} and {shape.Heads} heads; the width must be a multiple of the heads.",
            { Position: TransformerNames.Rotary } when shape.Width / shape.Heads % 2 != 0 =>
                $"encoder.transformer.position is rotary, and a head has {shape.Width / shape.Heads} numbers; width / heads must be even.",
            { Layers: < 1 } or { FeedForward: < 1 } or { Dropout: not (>= 0 and < 1) } =>
                $"encoder.transformer has {shape.Layers} layers, feedForward {shape.FeedForward} and dropout {shape.Dropout}. "
                + "They must be at least 1, at least 1, and 0 up to 1.",
            { Layout: TransformerNames.Bert } and not { Position: TransformerNames.Learned, Norm: TransformerNames.Post } =>
                $"encoder.transformer.layout is bert, with position {shape.Position} and norm {shape.Norm}. They must be learned and post.",
            _ when tokenizer.Spec.Length < 3 =>
                $"tokenizer.length is {tokenizer.Spec.Length}. It must be at least 3: a token between those for start and end.",
            _ => null,
        };

    private static string? Wrong(string setting, string value, IReadOnlyList<string> known) =>
        known.Contains(value) ? null : $"encoder.transformer.{setting} is '{value}'; it must be one of {string.Join(", ", known)}.";
}

/// <summary>The words that <see cref="TransformerSpec"/> knows.</summary>
public static class TransformerNames
{
    public const string Learned = "learned";
    public const string Rotary = "rotary";
    public const string Pre = "pre";
    public const string Post = "post";
    public const string Own = "own";
    public const string Bert = "bert";

    public static IReadOnlyList<string> Positions { get; } = [Learned, Rotary];

    public static IReadOnlyList<string> Norms { get; } = [Pre, Post];

    public static IReadOnlyList<string> Layouts { get; } = [Own, Bert];
}
