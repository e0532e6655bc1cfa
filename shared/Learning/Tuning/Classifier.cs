using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>An encoder, a readout and a linear head over K answers: images [N, C, S, S] or tokens [N, T] to logits [N, K]; where each
/// position answers, to [N, T, K].</summary>
public sealed class Classifier : nn.Module<Tensor, Tensor>
{
    private readonly Encoder encoder;
    private readonly Readout readout;
    private readonly Linear head;

    /// <param name="seed">Of the random weights that encoder and head start from.</param>
    /// <param name="tokenizer">Null for images.</param>
    /// <param name="readout">Null: each position answers.</param>
    /// <exception cref="PipelineException">The encoder has no such readout.</exception>
    public Classifier(EncoderSpec spec, InputSpec input, int classes, ulong seed, TokenizerReference? tokenizer, string? readout)
        : base("classifier")
    {
        encoder = EncoderArchitectures.Create(spec, input, tokenizer);
        this.readout = Readout.Create(readout, encoder);
        head = nn.Linear(this.readout.Width, classes);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public Encoder Encoder => encoder;

    public Linear Head => head;

    public override Tensor forward(Tensor input) => head.forward(Features(input));

    /// <summary>What the head goes by: features of the samples [N, D], or of each position [N, T, D].</summary>
    public Tensor Features(Tensor input) => readout.Read(encoder.Encode(input));
}

/// <summary>How fast each layer of a classifier is tuned, over its head.</summary>
public static class LayerRates
{
    /// <param name="parameter">As <see cref="Classifier"/> names it: <c>encoder.conv1.weight</c>.</param>
    /// <param name="decay">From a layer to the one below it.</param>
    /// <returns><paramref name="decay"/> to the number of layers above; 1 for the head.</returns>
    public static double Of(Encoder encoder, string parameter, double decay)
    {
        const string Prefix = "encoder.";
        if (!parameter.StartsWith(Prefix, StringComparison.Ordinal))
            return 1;

        var depth = encoder.Layers.Index()
            .First(layer => layer.Item.Any(module => $"{parameter}.".StartsWith($"{Prefix}{module}.", StringComparison.Ordinal))).Index;
        return Math.Pow(decay, encoder.Layers.Count - depth);
    }
}
