using Pipeline.Learning.Encoders;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>An encoder of sequences with the head that predicts masked tokens.</summary>
public sealed class MaskedTokenNetwork : PretextNetwork
{
    private readonly TransformerNetwork encoder;
    private readonly MaskedTokenHead head;

    /// <exception cref="PipelineException">The encoder is not for tokens.</exception>
    public MaskedTokenNetwork(EncoderSpec spec, InputSpec input, TokenizerReference tokenizer, ulong seed)
        : base("masked-tokens")
    {
        var created = EncoderArchitectures.Create(spec, input, tokenizer);
        encoder = created as TransformerNetwork
            ?? throw new PipelineException($"Encoder '{spec.Name}' takes images, not tokens; for masked-token it must be transformer.");
        head = new MaskedTokenHead(encoder.Features, tokenizer.Vocabulary);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public override TransformerNetwork Encoder => encoder;

    /// <param name="tokens">As shown, shape [N, T].</param>
    /// <param name="places">Of the masked tokens among all N · T, shape [M].</param>
    /// <returns>Hidden states [N, T, D], and logits [M, V].</returns>
    public (Tensor Hidden, Tensor Logits) Forward(Tensor tokens, Tensor places)
    {
        var hidden = encoder.Hidden(tokens);
        return (hidden, head.Forward(hidden.flatten(0, 1).index_select(0, places), encoder.TokenVectors));
    }
}

/// <summary>BERT's head (Devlin et al. 2019, arXiv:1810.04805): a dense layer, GELU, norm, then the product with the encoder's own token
/// vectors and a bias for each token. Thrown away after pretraining.</summary>
public sealed class MaskedTokenHead : nn.Module
{
    private readonly Linear dense;
    private readonly LayerNorm norm;
    private readonly Parameter bias;

    /// <param name="width">D.</param>
    /// <param name="vocabulary">V.</param>
    public MaskedTokenHead(int width, int vocabulary)
        : base("masked-token")
    {
        dense = nn.Linear(width, width);
        norm = nn.LayerNorm(width, TransformerNetwork.Epsilon);
        bias = nn.Parameter(zeros(vocabulary));
        RegisterComponents();
    }

    /// <param name="hidden">Of the masked tokens, shape [M, D].</param>
    /// <param name="tokenVectors">Shape [V, D].</param>
    /// <returns>Logits, shape [M, V].</returns>
    public Tensor Forward(Tensor hidden, Tensor tokenVectors) =>
        nn.functional.linear(norm.forward(nn.functional.gelu(dense.forward(hidden))), tokenVectors, bias);
}
