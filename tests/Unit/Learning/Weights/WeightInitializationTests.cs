using Pipeline.Learning.Encoders;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning.Encoders;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Weights;

[Collection(TorchTests.Name)]
public sealed class WeightInitializationTests
{
    private static readonly EncoderSpec Small = new("convnet", Width: 4);

    [Fact]
    public void Weights_do_not_depend_on_torchs_own_randomness_or_on_what_was_made_before()
    {
        manual_seed(1);
        var first = Encoder(Small, seed: 5);
        manual_seed(2);
        using (rand(17))
            Encoder(Small, seed: 6);

        Assert.Equal(first, Encoder(Small, seed: 5));
        Assert.NotEqual(first, Encoder(Small, seed: 6));
    }

    [Fact]
    public void An_encoder_starts_alike_in_pretraining_and_in_fine_tuning()
    {
        using var pretext = new ViewModel(Seeded(Small, new InputSpec(8, 1)), [("rotation", 4), ("flip", 4)]);
        using var classifier = new Classifier(Small, new InputSpec(8, 1), classes: 3, seed: 9, null, Readout.Mean);

        Assert.Equal(Values(pretext.Encoder), Values(classifier.Encoder));
        Assert.NotEqual(
            pretext.state_dict()["heads.rotation.weight"].data<float>().ToArray(),
            pretext.state_dict()["heads.flip.weight"].data<float>().ToArray());
    }

    [Fact]
    public void Convolutions_have_variance_two_over_fan_out_and_linear_layers_one_over_fan_in()
    {
        using var convolution = nn.Conv2d(20, 40, 5);
        using var linear = nn.Linear(300, 100);
        using var module = nn.Sequential(("conv", convolution), ("linear", linear));

        WeightInitialization.Initialize(module, seed: 3);

        AssertGaussian(convolution.weight!, Math.Sqrt(2.0 / (40 * 25)));
        AssertGaussian(linear.weight!, Math.Sqrt(1.0 / 300));
        Assert.All(linear.bias!.data<float>().ToArray(), bias => Assert.Equal(0f, bias));
    }

    [Fact]
    public void Batch_norms_start_at_scale_one_and_shift_zero()
    {
        using var encoder = EncoderArchitectures.Create(Small, new InputSpec(8, 1));
        WeightInitialization.Initialize(encoder, seed: 1);

        Assert.All(encoder.state_dict()["bn1.weight"].data<float>().ToArray(), scale => Assert.Equal(1f, scale));
        Assert.All(encoder.state_dict()["bn1.bias"].data<float>().ToArray(), shift => Assert.Equal(0f, shift));
    }

    [Theory]
    [InlineData("own")]
    [InlineData("bert")]
    public void Transformers_start_alike_wherever_they_stand(string layout)
    {
        var spec = new EncoderSpec("transformer", Transformer: TransformerTests.Small
            with
        { Width = 128, FeedForward = 512, Norm = "post", Layout = layout });
        var tokenizer = TransformerTests.Tokenizer with { Vocabulary = 500 };
        using var pretraining = new MaskedTokenModel(Seeded(spec, InputSpec.Sequence(20)), "masked-token", tokenizer);
        using var classifier = new Classifier(spec, InputSpec.Sequence(20), classes: 3, seed: 9, tokenizer, Readout.Mean);
        using var encoder = EncoderArchitectures.Create(spec, InputSpec.Sequence(20), tokenizer);
        WeightInitialization.Initialize(encoder, seed: 9);

        Assert.Equal(Values(pretraining.Encoder), Values(classifier.Encoder));
        foreach (var (name, parameter) in encoder.named_parameters()
            .Where(entry => entry.parameter.dim() == 2 && entry.parameter.numel() > 15_000))
        {
            // A row of a linear layer holds its fan-in, one of vectors its width.
            var deviation = Math.Sqrt(1.0 / parameter.shape[1]);
            AssertGaussian(parameter, deviation);
            AssertGaussian(pretraining.state_dict()["encoder." + name], deviation);
        }

        AssertGaussian(pretraining.state_dict()["head.dense.weight"], Math.Sqrt(1.0 / 128));
        Assert.All(encoder.named_parameters().Where(entry => entry.name.EndsWith("bias", StringComparison.Ordinal)),
            entry => Assert.All(entry.parameter.data<float>().ToArray(), bias => Assert.Equal(0f, bias)));
    }

    private static Experiment Seeded(EncoderSpec encoder, InputSpec input) => ToyDataset.Experiment with
    {
        Encoder = encoder,
        Input = input,
        Pretraining = ToyDataset.Experiment.Pretraining with { Seed = 9 },
    };

    private static void AssertGaussian(Tensor weight, double deviation)
    {
        var values = weight.data<float>().ToArray().Select(value => value / deviation).ToList();

        Assert.Equal(0, values.Average(), tolerance: 0.03);
        Assert.Equal(1, values.Average(value => value * value), tolerance: 0.05);
        Assert.Equal(0.6827, values.Count(value => Math.Abs(value) < 1) / (double)values.Count, tolerance: 0.02);
    }

    private static float[] Encoder(EncoderSpec spec, ulong seed)
    {
        using var encoder = EncoderArchitectures.Create(spec, new InputSpec(8, 1));
        WeightInitialization.Initialize(encoder, seed);
        return Values(encoder);
    }

    private static float[] Values(Encoder encoder) => [.. encoder.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
}
