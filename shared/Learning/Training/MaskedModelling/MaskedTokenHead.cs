using Pipeline.Learning.Encoders;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training.MaskedModelling;

/// <summary>
/// BERT's head (Devlin et al. 2019, arXiv:1810.04805): a dense layer, GELU, norm, then the product with the encoder's own token vectors and a bias for each token.
/// Thrown away after pretraining.
/// </summary>
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
