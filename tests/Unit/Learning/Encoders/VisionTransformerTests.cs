using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class VisionTransformerTests
{
    [Theory]
    [InlineData("tiny", 192, 5_524_416)]
    [InlineData("small", 384, 21_665_664)]
    public void It_has_the_names_and_the_size_of_timms(string size, int width, long parameters)
    {
        using var encoder = EncoderArchitectures.Create(
            new EncoderSpec("vit", Vit: new VitSpec(Size: size, Patch: 16)), new InputSpec(224, 3));

        Assert.Equal(width, encoder.Width);
        // timm's vit_tiny_patch16_224 and vit_small_patch16_224 without their classifier.
        Assert.Equal(parameters, encoder.parameters().Sum(parameter => parameter.numel()));
        var names = encoder.state_dict().Keys.ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias", "blocks.0.norm1.weight",
                "blocks.0.attn.qkv.weight", "blocks.0.attn.proj.bias", "blocks.11.norm2.bias", "blocks.11.mlp.fc1.weight",
                "blocks.11.mlp.fc2.bias", "norm.weight",
            },
            names);
        Assert.Equal([1, 197, width], encoder.state_dict()["pos_embed"].shape);
    }

    [Fact]
    public void Its_features_have_a_map_a_class_token_and_levels()
    {
        using var scope = NewDisposeScope();
        using var encoder = Small();

        var features = encoder.Encode(rand(3, 1, 24, 24));

        Assert.Equal([3, 16, 16], features.Tokens.shape);
        Assert.Equal([3, 16, 4, 4], features.Map!.shape);
        Assert.Equal([3, 16], features.ClassToken!.shape);
        Assert.Equal(encoder.LevelWidths.Count, features.Levels.Count);
        Assert.InRange((features.Pooled - features.Tokens.mean([1])).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Smaller_views_take_positions_between()
    {
        using var scope = NewDisposeScope();
        using var encoder = Small();

        Assert.Equal([2, 16, 2, 2], encoder.Encode(rand(2, 1, 12, 12)).Map!.shape);
    }

    [Fact]
    public void Blocks_are_left_out_while_it_trains_only()
    {
        using var scope = NewDisposeScope();
        using var encoder = Small(dropPath: 0.9);
        var images = rand(8, 1, 24, 24);

        encoder.eval();
        Assert.Equal(Values(encoder.forward(images)), Values(encoder.forward(images)));
        encoder.train();
        Assert.NotEqual(Values(encoder.forward(images)), Values(encoder.forward(images)));
    }

    private static Encoder Small(double dropPath = 0)
    {
        var encoder = EncoderArchitectures.Create(
            new EncoderSpec("vit", Width: 16, Vit: new VitSpec(Patch: 6, Depth: 3, DropPath: dropPath)), new InputSpec(24, 1));
        WeightInitialization.Initialize(encoder, seed: 1);
        return encoder;
    }

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
