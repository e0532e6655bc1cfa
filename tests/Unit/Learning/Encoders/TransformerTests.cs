using Pipeline.Learning.Encoders;
using Pipeline.Learning.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class TransformerTests
{
    private const int Length = 12;

    private static readonly long[] Sample = [2, 7, 9, 5, 8, 3];

    public static TransformerSpec Small { get; } = new(Width: 8, Layers: 2, Heads: 2, FeedForward: 12);

    public static TokenizerReference Tokenizer { get; } =
        new(new Dictionary<string, ArtifactReference>(), new TokenizerSpec("wordpiece", Vocabulary: 11, Length: Length), LowerCase: true,
            Vocabulary: 11, new SpecialTokens());

    public static TheoryData<string, string, string> Shapes { get; } = new()
    {
        { "learned", "pre", "own" },
        { "learned", "post", "own" },
        { "rotary", "pre", "own" },
        { "rotary", "post", "own" },
        { "learned", "post", "bert" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Hidden_states_and_features_are_those_of_the_naive_reference(string position, string norm, string layout)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var shape = Small with { Position = position, Norm = norm, Layout = layout };
        using var encoder = Create(shape);
        var naive = new NaiveTransformer(encoder, shape);

        var expected = layout == "bert" ? naive.Bert(Sample) : naive.Own(Sample);
        var tokens = tensor(Sample).unsqueeze(0);
        var hidden = NaiveTransformer.Doubles(encoder.Encode(tokens).Tokens);
        var features = NaiveTransformer.Doubles(encoder.forward(tokens));

        Assert.All(expected.SelectMany(row => row).Zip(hidden), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
        Assert.Equal(expected.Length * shape.Width, hidden.Length);
        var pooled = Enumerable.Range(0, shape.Width).Select(i => expected.Average(row => row[i]));
        Assert.All(pooled.Zip(features), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
        Assert.Equal(shape.Width, encoder.Width);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Padding_and_the_other_samples_of_a_batch_change_nothing(string position, string norm, string layout)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = Create(Small with { Position = position, Norm = norm, Layout = layout });
        long[] longer = [2, 10, 6, 6, 9, 5, 7, 3, 0, 0];
        long[] padded = [.. Sample, 0, 0, 0, 0];

        var alone = NaiveTransformer.Doubles(encoder.forward(tensor(Sample).unsqueeze(0)));
        var together = NaiveTransformer.Doubles(encoder.forward(tensor((long[])[.. longer, .. padded], 2, padded.Length)));

        Assert.All(alone.Zip(together[encoder.Width..]), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-5));
        Assert.NotEqual(together[..encoder.Width], together[encoder.Width..]);
    }

    /// <summary>Without positions a bag of tokens would have the features of any order.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_order_of_tokens_matters(string position, string norm, string layout)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = Create(Small with { Position = position, Norm = norm, Layout = layout });

        var features = NaiveTransformer.Doubles(encoder.forward(tensor((long[])[.. Sample, 2, 9, 7, 5, 8, 3], 2, Sample.Length)));

        Assert.Contains(features[..8].Zip(features[8..]), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_are_those_of_difference_quotients(string position, string norm, string layout)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(Small with { Position = position, Norm = norm, Layout = layout });
        encoder.to(ScalarType.Float64);
        var tokens = tensor((long[])[.. Sample, 2, 6, 3, 0, 0, 0], 2, Sample.Length);
        var direction = rand(2, encoder.Width, dtype: ScalarType.Float64);
        Tensor Loss() => (encoder.forward(tokens) * direction).sum();
        Loss().backward();

        using var noGradient = no_grad();
        foreach (var (name, parameter) in encoder.named_parameters())
        {
            // The largest slope, whose quotient is farthest from rounding.
            var place = parameter.grad!.abs().argmax().item<long>();
            var slope = parameter.grad!.flatten()[place].item<double>();
            var before = parameter.flatten()[place].item<double>();
            const double Step = 1e-5;
            parameter.view(-1)[place] = before + Step;
            var above = Loss().item<double>();
            parameter.view(-1)[place] = before - Step;
            var below = Loss().item<double>();
            parameter.view(-1)[place] = before;

            var quotient = (above - below) / (2 * Step);
            Assert.True(Math.Abs(slope - quotient) <= 1e-5 * Math.Max(1, Math.Abs(slope)),
                $"{name}: gradient {slope}, quotient {quotient}");
            Assert.True(slope != 0 || name.EndsWith("key.bias", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void Dropout_is_a_function_of_seed_and_step_and_off_where_nothing_trains()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = Create(Small with { Dropout = 0.5 });
        var tokens = tensor(Sample).unsqueeze(0);
        double[] Features(ulong seed, long step)
        {
            DropoutMasks.Seed(seed, step);
            return NaiveTransformer.Doubles(encoder.forward(tokens));
        }

        Assert.Equal(Features(1, 1), Features(1, 2));
        encoder.train();

        var first = Features(1, 1);
        Assert.NotEqual(first, Features(1, 2));
        Assert.NotEqual(first, Features(2, 1));
        Assert.Equal(first, Features(1, 1));
    }

    [Fact]
    public void Layout_bert_has_the_parameter_names_of_Hugging_Face()
    {
        using var encoder = Create(Small with { Layers = 2, Layout = "bert", Norm = "post" });
        string[] both = ["weight", "bias"];
        string[] parts = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"];
        string[] expected =
        [
            "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight",
            "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias",
            .. Enumerable.Range(0, 2)
            .SelectMany(layer => parts.SelectMany(part => both.Select(kind => $"encoder.layer.{layer}.{part}.{kind}"))),
        ];
        var weights = encoder.state_dict();

        Assert.Equal(expected.Order(StringComparer.Ordinal), weights.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([11, 8], weights["embeddings.word_embeddings.weight"].shape);
        Assert.Equal([Length, 8], weights["embeddings.position_embeddings.weight"].shape);
        Assert.Equal([12, 8], weights["encoder.layer.1.intermediate.dense.weight"].shape);
    }

    [Fact]
    public void Its_config_tells_what_the_weights_belong_to()
    {
        var config = BertConfig.Of(new EncoderSpec("transformer", Transformer: Small with { Layout = "bert", Norm = "post" }), Tokenizer)!;

        Assert.Equal("bert", (string?)config["model_type"]);
        Assert.Equal([8, 2, 2, 12, 11, Length, 2, 0],
            new[] { "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "max_position_embeddings",
                "type_vocab_size", "pad_token_id" }.Select(name => (int)config[name]!));
        Assert.Equal(1e-12, (double)config["layer_norm_eps"]!);
        Assert.Null(BertConfig.Of(new EncoderSpec("transformer", Transformer: Small), Tokenizer));
        Assert.Null(BertConfig.Of(new EncoderSpec("convnet"), null));
    }

    [Fact]
    public void Without_a_tokenizer_or_a_shape_the_error_says_what_is_missing()
    {
        Assert.Contains("no tokenizer", Error(Small, null), StringComparison.Ordinal);
        Assert.Contains("encoder.transformer", Error(null, Tokenizer), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_is_none_is_named_with_what_would_be_valid()
    {
        Assert.Equal("encoder.transformer.position is 'sine'; it must be one of learned, rotary.",
            Error(Small with { Position = "sine" }, Tokenizer));
        Assert.Equal("encoder.transformer.norm is 'none'; it must be one of pre, post.", Error(Small with { Norm = "none" }, Tokenizer));
        Assert.Equal("encoder.transformer.layout is 'gpt'; it must be one of own, bert.", Error(Small with { Layout = "gpt" }, Tokenizer));
        Assert.Contains("width 8 and 3 heads", Error(Small with { Heads = 3 }, Tokenizer), StringComparison.Ordinal);
        Assert.Contains("even", Error(Small with { Width = 6, Heads = 2, Position = "rotary" }, Tokenizer), StringComparison.Ordinal);
        Assert.Contains("norm pre", Error(Small with { Layout = "bert" }, Tokenizer), StringComparison.Ordinal);
        Assert.Contains("dropout 1", Error(Small with { Dropout = 1 }, Tokenizer), StringComparison.Ordinal);
        Assert.Contains("0 layers", Error(Small with { Layers = 0 }, Tokenizer), StringComparison.Ordinal);
    }

    [Fact]
    public void More_tokens_than_positions_are_refused()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(Small);

        var error = Assert.Throws<PipelineException>(() => encoder.forward(ones(1, Length + 1, dtype: ScalarType.Int64)));

        Assert.Contains("has 13 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 12", error.Message, StringComparison.Ordinal);
    }

    /// <summary>With weights large enough that attention and norms bear on the result.</summary>
    public static Encoder Create(TransformerSpec shape)
    {
        var encoder = (Encoder)EncoderArchitectures.Create(new EncoderSpec("transformer", Transformer: shape),
            InputSpec.Sequence(20), Tokenizer);
        manual_seed(1);
        using (no_grad())
        {
            foreach (var (name, parameter) in encoder.named_parameters())
            {
                var scale = parameter.dim() == 1 && name.EndsWith("weight", StringComparison.Ordinal);
                parameter.normal_(scale ? 1 : 0, 0.5);
            }
        }

        encoder.eval();
        return encoder;
    }

    private static string Error(TransformerSpec? shape, TokenizerReference? tokenizer) =>
        Assert.Throws<PipelineException>(
            () => EncoderArchitectures.Create(new EncoderSpec("transformer", Transformer: shape), InputSpec.Sequence(20),
                tokenizer)).Message;
}
