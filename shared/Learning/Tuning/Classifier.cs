using Pipeline.Contracts;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>An encoder with a linear head over the dataset's classes: images [N, C, S, S] or tokens [N, T] to logits [N, K].</summary>
public sealed class Classifier : nn.Module<Tensor, Tensor>
{
    private readonly Encoder encoder;
    private readonly Linear head;

    /// <param name="seed">Of the random weights that encoder and head start from.</param>
    /// <param name="tokenizer">Null for images.</param>
    public Classifier(EncoderSpec spec, InputSpec input, int classes, ulong seed, TokenizerReference? tokenizer = null)
        : base("classifier")
    {
        encoder = EncoderArchitectures.Create(spec, input, tokenizer);
        head = nn.Linear(encoder.Features, classes);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public Encoder Encoder => encoder;

    public Linear Head => head;

    public override Tensor forward(Tensor input) => head.forward(encoder.forward(input));
}
