using Pipeline.Contracts;
using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>What all transformers share: the mask of padding, and features by pooling.</summary>
public abstract class TransformerNetwork : SequenceEncoder
{
    /// <summary>As in BERT.</summary>
    internal const double Epsilon = 1e-12;

    private readonly int padding;
    private readonly int length;
    private readonly bool mean;

    private protected TransformerNetwork(string name, TransformerSpec shape, TokenizerReference tokenizer)
        : base(name, shape.Width)
    {
        padding = tokenizer.Special.Padding;
        length = tokenizer.Spec.Length;
        mean = shape.Pooling == TransformerNames.Mean;
    }

    /// <summary>The tokens' vectors, shape [V, D]: what masked tokens are predicted with.</summary>
    public abstract Tensor TokenVectors { get; }

    /// <exception cref="PipelineException">There are more tokens than positions.</exception>
    public override Tensor Hidden(Tensor tokens)
    {
        if (tokens.shape[1] > length)
        {
            throw new PipelineException($"A sample has {tokens.shape[1]} tokens, those for start and end included. Valid are at most {length}, tokenizer.length.");
        }

        return Hidden(tokens, Present(tokens).unsqueeze(1).unsqueeze(1));
    }

    public override Tensor forward(Tensor input) => Pool(Hidden(input), input);

    /// <param name="hidden">Shape [N, T, D].</param>
    /// <param name="tokens">Shape [N, T].</param>
    /// <returns>Shape [N, D].</returns>
    public Tensor Pool(Tensor hidden, Tensor tokens)
    {
        if (!mean)
        {
            return hidden.select(1, 0);
        }

        var present = Present(tokens).to(hidden.dtype).unsqueeze(2);     // [N, T, 1]
        return (hidden * present).sum(1) / present.sum(1);
    }

    /// <param name="present">False at padding, shape [N, 1, 1, T].</param>
    private protected abstract Tensor Hidden(Tensor tokens, Tensor present);

    private protected static LayerNorm Norm(int width) => nn.LayerNorm(width, Epsilon);

    private Tensor Present(Tensor tokens) => tokens.ne(Scalars.Of((long)padding));
}
