using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class EncoderTests
{
    [Fact]
    public void The_small_network_has_130_400_weights_and_128_features()
    {
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("convnet"), new InputSpec(28, 1));

        // Four convolutions without bias, each followed by a scale and a shift for every channel.
        Assert.Equal((25 * 32) + (9 * 32 * 64) + (9 * 64 * 64) + (9 * 64 * 128) + (2 * (32 + 64 + 64 + 128)), encoder.parameters()
            .Sum(parameter => parameter.numel()));
        Assert.Equal(130_400, encoder.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(128, encoder.Width);
    }

    [Fact]
    public void Resnet18_has_11_168_832_weights_under_torchvisions_names()
    {
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("resnet18"), new InputSpec(32, 3));

        Assert.Equal(11_168_832, encoder.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(512, encoder.Width);
        Assert.Equal([64, 3, 3, 3], encoder.state_dict()["conv1.weight"].shape);
        Assert.Equal([128, 64, 1, 1], encoder.state_dict()["layer2.0.downsample.0.weight"].shape);
        Assert.Equal(TorchvisionNames().Order(StringComparer.Ordinal), encoder.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("convnet", 8)]
    [InlineData("convnet", 28)]
    [InlineData("convnet", 33)]
    [InlineData("resnet18", 8)]
    [InlineData("resnet18", 28)]
    [InlineData("resnet18", 33)]
    public void Images_of_any_size_become_feature_vectors(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = EncoderArchitectures.Create(new EncoderSpec(name, Width: 4), new InputSpec(size, 3));

        var features = encoder.forward(rand(2, 3, size, size));

        Assert.Equal([2, encoder.Width], features.shape);
        Assert.True(features.isfinite().all().item<bool>());
    }

    /// <summary>Without this a wrong stride or a missing skip would pass: the output at
    /// 8 × 8 follows from the layers' definition.</summary>
    [Fact]
    public void The_small_network_is_what_its_description_says()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("convnet", Width: 2), new InputSpec(8, 1));
        encoder.eval();
        var weights = encoder.state_dict();
        var image = rand(1, 1, 8, 8);

        double[][] x = [Doubles(image)];
        x = Layer(x, weights["conv1.weight"], size: 8, stride: 2);
        x = Layer(x, weights["conv2.weight"], size: 4, stride: 2);
        var skipped = Layer(x, weights["conv3.weight"], size: 2, stride: 1);
        x = [.. x.Zip(skipped, (a, b) => a.Zip(b, (c, d) => c + d).ToArray())];
        x = Layer(x, weights["conv4.weight"], size: 2, stride: 2);

        var features = Doubles(encoder.forward(image));
        Assert.All(x.Zip(features), pair => Assert.Equal(pair.First.Average(), pair.Second, tolerance: 1e-4));
        Assert.Contains(features, feature => feature > 0);
    }

    [Fact]
    public void Resnet18_is_what_the_paper_says()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = EncoderArchitectures.Create(new EncoderSpec("resnet18", Width: 1), new InputSpec(8, 1));
        WeightInitialization.Initialize(encoder, seed: 1);
        encoder.eval();
        var weights = encoder.state_dict();
        var image = rand(1, 1, 8, 8);

        var x = Layer([Doubles(image)], weights["conv1.weight"], size: 8, stride: 1);
        var size = 8;
        for (var block = 0; block < 8; block++)
        {
            // Layers 2, 3 and 4 begin with half the size and twice the channels, where the skipped signal takes a convolution of 1 × 1.
            var name = $"layer{(block / 2) + 1}.{block % 2}.";
            var stride = block is 2 or 4 or 6 ? 2 : 1;
            var skipped = stride == 1 ? x : Layer(x, weights[name + "downsample.0.weight"], size, stride, relu: false);
            x = Layer(x, weights[name + "conv1.weight"], size, stride);
            size /= stride;
            x = Layer(x, weights[name + "conv2.weight"], size, stride: 1, relu: false);
            x = [.. x.Zip(skipped, (a, b) => a.Zip(b, (c, d) => Math.Max(0, c + d)).ToArray())];
        }

        var features = Doubles(encoder.forward(image));
        Assert.Equal(1, size);
        Assert.All(x.Zip(features), pair => Assert.Equal(pair.First.Average(), pair.Second, tolerance: 1e-4));
        Assert.Contains(features, feature => feature > 0);
    }

    [Fact]
    public void An_unknown_encoder_is_named_with_those_there_are()
    {
        var error = Assert.Throws<PipelineException>(() => EncoderArchitectures.Create(new EncoderSpec("swin"), new InputSpec()));

        Assert.Equal("'swin' is no encoder; it must be one of convnet, resnet18, vit, transformer.", error.Message);
    }

    private static List<string> TorchvisionNames()
    {
        string[] norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
        IEnumerable<string> Pair(string conv, string bn) => [$"{conv}.weight", .. norm.Select(name => $"{bn}.{name}")];
        var names = Pair("conv1", "bn1").ToList();
        for (var layer = 1; layer <= 4; layer++)
        {
            for (var block = 0; block < 2; block++)
            {
                var prefix = $"layer{layer}.{block}.";
                names.AddRange(Pair(prefix + "conv1", prefix + "bn1"));
                names.AddRange(Pair(prefix + "conv2", prefix + "bn2"));
                if (layer > 1 && block == 0)
                    names.AddRange(Pair(prefix + "downsample.0", prefix + "downsample.1"));
            }
        }

        return names;
    }

    /// <summary>Convolution with zeros around, fresh batch norm (mean 0, variance 1, ε 10⁻⁵) and maybe ReLU, pixel by pixel.</summary>
    private static double[][] Layer(double[][] input, Tensor weight, int size, int stride, bool relu = true)
    {
        var (outputs, kernel) = ((int)weight.shape[0], (int)weight.shape[2]);
        var w = Doubles(weight);
        var side = (size + stride - 1) / stride;
        var result = new double[outputs][];
        for (var o = 0; o < outputs; o++)
        {
            result[o] = new double[side * side];
            for (var place = 0; place < side * side; place++)
            {
                var sum = 0.0;
                for (var tap = 0; tap < input.Length * kernel * kernel; tap++)
                {
                    var (i, ky, kx) = (tap / kernel / kernel, tap / kernel % kernel, tap % kernel);
                    var (y, x) = ((place / side * stride) + ky - (kernel / 2), (place % side * stride) + kx - (kernel / 2));
                    sum += y >= 0 && y < size && x >= 0 && x < size
                        ? w[(o * input.Length * kernel * kernel) + tap] * input[i][(y * size) + x] : 0;
                }

                result[o][place] = Math.Max(relu ? 0 : double.MinValue, sum / Math.Sqrt(1 + 1e-5));
            }
        }

        return result;
    }

    private static double[] Doubles(Tensor tensor) => tensor.detach().to(float64).contiguous().data<double>().ToArray();
}
