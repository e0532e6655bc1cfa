using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts;

/// <summary>Predicts masked tokens (Devlin et al. 2019, arXiv:1810.04805). The loss counts masked positions only.</summary>
public sealed class MaskedTokenModel : PretextModel<MaskedTokenBatch>
{
    private readonly TransformerNetwork encoder;
    private readonly MaskedTokenHead head;
    private readonly ulong seed;

    /// <param name="task">Its name.</param>
    /// <exception cref="PipelineException">The encoder is not for tokens.</exception>
    public MaskedTokenModel(Experiment experiment, string task, TokenizerReference tokenizer)
        : base("masked-tokens")
    {
        (seed, Tasks) = (experiment.Pretraining.Seed, [task]);
        encoder = EncoderArchitectures.Create(experiment.Encoder, experiment.Input, tokenizer) as TransformerNetwork
            ?? throw new PipelineException(
                $"Encoder '{experiment.Encoder.Name}' takes images, not tokens; for masked-token it must be transformer.");
        head = new MaskedTokenHead(encoder.Width, tokenizer.Vocabulary);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public override TransformerNetwork Encoder => encoder;

    public override IReadOnlyList<string> Tasks { get; }

    /// <summary>0 where the batch has no masked token.</summary>
    protected override Tensor Loss(MaskedTokenBatch batch, long number)
    {
        DropoutMasks.Seed(seed, number);
        var (_, logits, targets) = Predict(batch);
        return nn.functional.cross_entropy(
            logits, targets, reduction: batch.Targets.Length > 0 ? nn.Reduction.Mean : nn.Reduction.Sum);
    }

    /// <returns>Features of the samples as shown, masks included.</returns>
    protected override Tensor Answer(MaskedTokenBatch batch, double[] right, long[] asked)
    {
        var (features, logits, targets) = Predict(batch);
        right[0] += batch.Targets.Length == 0 ? 0 : logits.argmax(1).eq(targets).sum().Read();
        asked[0] += batch.Targets.Length;
        return features.Pooled;
    }

    /// <returns>Features of the samples, and logits [M, V] and targets [M] of the masked tokens.</returns>
    private (Features Features, Tensor Logits, Tensor Targets) Predict(MaskedTokenBatch batch)
    {
        var device = encoder.TokenVectors.device;
        var features = encoder.Encode(tensor(batch.Tokens, batch.Samples, batch.Tokens.Length / batch.Samples, device: device));
        var masked = features.Tokens.flatten(0, 1).index_select(0, tensor(batch.Places, device: device));
        return (features, head.Forward(masked, encoder.TokenVectors), tensor(batch.Targets, device: device));
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
