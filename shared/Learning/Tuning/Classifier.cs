using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>An encoder, a readout and a linear head over the dataset's classes: images [N, C, S, S] or tokens [N, T] to logits [N, K]; as a
/// tagger, tokens to logits of each, [N, T, K].</summary>
public sealed class Classifier : nn.Module<Tensor, Tensor>
{
    private readonly Encoder encoder;
    private readonly Readout? readout;
    private readonly Linear head;

    /// <param name="seed">Of the random weights that encoder and head start from.</param>
    /// <param name="tokenizer">Null for images.</param>
    /// <param name="readout">Null: it answers for each token.</param>
    /// <exception cref="PipelineException">The encoder has no such readout, or no tokens to answer for.</exception>
    public Classifier(EncoderSpec spec, InputSpec input, int classes, ulong seed, TokenizerReference? tokenizer, string? readout)
        : base("classifier")
    {
        encoder = EncoderArchitectures.Create(spec, input, tokenizer);
        if (readout is null && encoder is not TransformerNetwork)
        {
            throw new PipelineException(
                $"fineTuning.task is tagging, and encoder.name is '{spec.Name}': it must be an encoder of sequences.");
        }

        this.readout = readout is null ? null : Readout.Create(readout, encoder);
        head = nn.Linear(this.readout?.Width ?? encoder.Width, classes);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public Encoder Encoder => encoder;

    public Linear Head => head;

    public override Tensor forward(Tensor input) => head.forward(Features(input));

    /// <summary>What the head goes by: features of the samples [N, D], or of each token [N, T, D].</summary>
    public Tensor Features(Tensor input) => encoder.Encode(input) is var features && readout is not null
        ? readout.Read(features)
        : features.Tokens;
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
