using Pipeline.Learning.Encoders;
using Pipeline.Learning.Tuning;
using Pipeline.Tests.Unit.Learning.Encoders;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LayerRatesTests
{
    public static TheoryData<string> Encoders { get; } = [.. EncoderArchitectures.Names.Except(["transformer"])];

    [Theory]
    [InlineData("head.weight", 1)]
    [InlineData("head.bias", 1)]
    [InlineData("encoder.conv4.weight", 0.5)]
    [InlineData("encoder.bn3.bias", 0.25)]
    [InlineData("encoder.conv1.weight", 0.0625)]
    public void Each_layer_is_slower_than_the_one_above_it(string parameter, double rate)
    {
        using var classifier = new Classifier(new EncoderSpec("convnet", 4), new InputSpec(16, 1), 3, 1, null, Readout.Mean);

        Assert.Equal(rate, LayerRates.Of(classifier.Encoder, parameter, 0.5));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Every_parameter_of_every_encoder_belongs_to_a_layer(string name)
    {
        using var classifier = new Classifier(new EncoderSpec(name, 4), new InputSpec(16, 1), 3, 1, null, Readout.Mean);

        var rates = classifier.named_parameters().Select(entry => LayerRates.Of(classifier.Encoder, entry.name, 0.5)).ToList();

        Assert.Equal(classifier.Encoder.Layers.Count + 1, rates.Distinct().Count());
        Assert.Equal(rates.Order(), rates);
    }

    [Theory]
    [MemberData(nameof(TransformerTests.Shapes), MemberType = typeof(TransformerTests))]
    public void Every_parameter_of_every_transformer_belongs_to_a_layer(string position, string norm, string layout)
    {
        var spec = new EncoderSpec("transformer", Transformer: TransformerTests.Small
            with
        { Layers = 12, Position = position, Norm = norm, Layout = layout });
        using var classifier = new Classifier(spec, InputSpec.Sequence(20), 3, 1, TransformerTests.Tokenizer, Readout.Mean);

        var rates = classifier.named_parameters().Select(entry => LayerRates.Of(classifier.Encoder, entry.name, 0.5)).ToList();

        // Embeddings, each block, the head.
        Assert.Equal(1 + 12 + 1, rates.Distinct().Count());
        Assert.Equal(rates.Order(), rates);
    }
}
