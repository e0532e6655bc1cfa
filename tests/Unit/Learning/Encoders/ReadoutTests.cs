using Pipeline.Experiments;
using Pipeline.Learning.Encoders;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class ReadoutTests
{
    [Theory]
    [InlineData("mean", 16)]
    [InlineData("grid-2", 64)]
    [InlineData("grid-4", 256)]
    [InlineData("last-1", 16)]
    [InlineData("last-3", 28)]
    public void A_readout_of_images_has_the_width_that_it_says(string name, int width)
    {
        using var scope = NewDisposeScope();
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("convnet", 4), new InputSpec(28, 1));
        using var readout = Readout.Create(name, encoder);

        Assert.Equal(width, readout.Width);
        Assert.Equal([2, width], readout.Read(encoder.Encode(rand(2, 1, 28, 28))).shape);
    }

    [Fact]
    public void A_grid_holds_the_means_of_its_parts_channel_by_channel()
    {
        using var scope = NewDisposeScope();
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("convnet", 4), new InputSpec(32, 1));
        encoder.eval();
        var features = encoder.Encode(rand(1, 1, 32, 32));
        using var readout = Readout.Create("grid-2", encoder);
        var map = features.Map!.data<float>().ToArray().Chunk(16).ToList();     // 4 × 4 positions

        var read = readout.Read(features).data<float>().ToArray();

        for (var channel = 0; channel < encoder.Width; channel++)
        {
            for (var part = 0; part < 4; part++)
            {
                int[] positions = [0, 1, 4, 5];
                var expected = positions.Average(position => map[channel][position + (part / 2 * 8) + (part % 2 * 2)]);
                Assert.Equal(expected, read[(channel * 4) + part], tolerance: 1e-5);
            }
        }
    }

    [Fact]
    public void Readouts_of_sequences_pass_over_padding()
    {
        using var scope = NewDisposeScope();
        using var encoder = TransformerTests.Create(TransformerTests.Small);
        var width = encoder.Width;
        // Start, three tokens, end; then the same with padding after it.
        var alone = encoder.Encode(tensor(new long[,] { { 2, 5, 6, 7, 3 } }));
        var padded = encoder.Encode(tensor(new long[,] { { 2, 5, 6, 7, 3, 0, 0 } }));

        foreach (var (name, expected) in new[] { ("mean", width), ("first", width), ("ends", 2 * width), ("attention", width) })
        {
            using var readout = Readout.Create(name, encoder);
            var (first, second) = (readout.Read(alone).data<float>().ToArray(), readout.Read(padded).data<float>().ToArray());
            Assert.Equal(expected, first.Length);
            Assert.All(first.Zip(second), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
        }
    }

    [Fact]
    public void Attention_that_is_not_tuned_is_the_mean()
    {
        using var scope = NewDisposeScope();
        using var encoder = TransformerTests.Create(TransformerTests.Small);
        var features = encoder.Encode(tensor(new long[,] { { 2, 5, 6, 3, 0 }, { 2, 5, 6, 7, 3 } }));
        using var attention = Readout.Create("attention", encoder);
        using var mean = Readout.Create("mean", encoder);

        var pairs = attention.Read(features).data<float>().ToArray().Zip(mean.Read(features).data<float>().ToArray());

        Assert.All(pairs, pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-5));
    }

    /// <summary>Parts of a grid that have no position of their own repeat others.</summary>
    [Theory]
    [InlineData("convnet", 8)]
    [InlineData("convnet", 24)]
    [InlineData("resnet18", 9)]
    [InlineData("resnet18", 28)]
    [InlineData("{ name: vit, vit: { patch: 8, depth: 2 } }", 24)]
    [InlineData("vit", 28)]
    public void An_experiment_may_have_the_readouts_that_its_encoder_has(string encoder, int size)
    {
        using var scope = NewDisposeScope();
        var yaml = $"name: a\ndata: a\npretext: flip\ninput: {{ size: {size} }}\nencoder: {encoder}\n";
        using var network = EncoderArchitectures.Create(Parse("mean").Encoder, new InputSpec(size, 1));
        var features = network.Encode(rand(2, 1, size, size));

        Assert.All(["mean", "grid-2", "grid-3", "grid-4", "last-1", "last-2", "last-3", "last-4", "class"], (string name) =>
        {
            var refusal = Record.Exception(() => Parse(name));
            var made = Record.Exception(() => Readout.Create(name, network).Dispose());
            var repeats = name.StartsWith(Readout.Grid, StringComparison.Ordinal) && int.Parse(name[^1..]) > features.Map!.shape[2];
            Assert.Equal(made is not null || repeats, refusal is not null);
        });

        Experiment Parse(string readout) =>
            ExperimentFile.Parse(yaml + $"fineTuning: {{ labels: [6], readout: {readout} }}", "a.yaml");
    }

    [Theory]
    [InlineData("first")]
    [InlineData("class")]
    [InlineData("last-4")]
    [InlineData("grid-0")]
    [InlineData("sum")]
    public void A_readout_that_the_encoder_does_not_have_is_named_with_those_it_has(string name)
    {
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("convnet", 4), new InputSpec(28, 1));

        var error = Assert.Throws<PipelineException>(() => Readout.Create(name, encoder));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("mean, grid-2, grid-4, last-1 to last-3", error.Message, StringComparison.Ordinal);
    }
}
