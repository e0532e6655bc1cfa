using Pipeline.Learning.Encoders;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning.Encoders;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LowRankAdaptersTests
{
    private const int Rank = 2;

    public static TheoryData<string> Encoders { get; } = [.. EncoderArchitectures.Names.Except(["transformer"])];

    [Fact]
    public void Of_a_transformer_each_matrix_of_its_blocks_has_adapters_and_its_embeddings_stay()
    {
        using var scope = NewDisposeScope();
        using var classifier = new Classifier(new EncoderSpec("transformer", Transformer: TransformerTests.Small), InputSpec.Sequence(20),
            3, 1, TransformerTests.Tokenizer, Readout.Mean);
        var names = classifier.Encoder.named_parameters().ToList();
        using var adapters = new LowRankAdapters(classifier.Encoder, rank: 1, seed: 1);

        // Two blocks of four matrices.
        Assert.Equal(2 * 4 * 2, adapters.Parameters.Count());
        Assert.All(names.Where(entry => entry.name is "tokens.weight" or "positions.weight"),
            entry => Assert.False(entry.parameter.requires_grad));
        Assert.Equal(2, names.Count(entry => entry.name is "tokens.weight" or "positions.weight"));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void At_first_the_encoder_is_what_it_was(string name)
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder(name);
        var before = Weights(encoder);
        using var adapters = new LowRankAdapters(encoder, Rank, seed: 1);

        adapters.Merge();

        Assert.Equal(before.Values, Weights(encoder).Values);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Whatever_is_tuned_each_matrix_moves_by_no_more_than_the_rank_and_nothing_else_moves(string name)
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder(name);
        var before = Weights(encoder);
        using var adapters = new LowRankAdapters(encoder, Rank, seed: 1);
        for (var step = 0; step < 3; step++)
            Step(encoder, adapters);

        var moved = 0;
        foreach (var (parameter, after) in Weights(encoder))
        {
            var change = (after - before[parameter]).reshape(after.shape[0], -1);
            if (after.dim() < 2 || change.abs().max().item<float>() == 0)
            {
                Assert.Equal(before[parameter].data<float>().ToArray(), after.data<float>().ToArray());
                continue;
            }

            moved++;
            var singular = linalg.svdvals(change.to(ScalarType.Float64)).data<double>().ToArray();
            // The sum of a weight and its adapter is rounded to float32.
            var rounding = after.abs().max().item<float>() * MathF.Pow(2, -24) * Math.Sqrt(after.numel());
            Assert.InRange(singular[Rank], 0, (1e-4 * singular[0]) + rounding);
        }

        Assert.True(moved >= 3);
    }

    [Fact]
    public void Their_gradients_are_those_of_the_loss()
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder("convnet");
        using var adapters = new LowRankAdapters(encoder, Rank, seed: 1);
        Step(encoder, adapters);
        var tuned = adapters.Parameters.ToArray();
        Loss(encoder).backward();
        adapters.TakeGradients();
        foreach (var parameter in tuned.Take(4))
        {
            var gradient = parameter.grad!.reshape(-1)[1].item<float>();
            var measured = (LossWith(parameter, 1e-2) - LossWith(parameter, -1e-2)) / 2e-2;
            Assert.Equal(measured, gradient, tolerance: 0.02 * Math.Max(0.1, Math.Abs(measured)));
        }

        double LossWith(Tensor parameter, double change)
        {
            using var noGradient = no_grad();
            parameter.reshape(-1)[1].add_(change);
            adapters.Merge();
            var loss = Loss(encoder).item<float>();
            parameter.reshape(-1)[1].sub_(change);
            adapters.Merge();
            return loss;
        }
    }

    [Fact]
    public void A_rank_that_makes_nothing_smaller_is_refused()
    {
        using var encoder = Encoder("convnet");

        var error = Assert.Throws<PipelineException>(() => new LowRankAdapters(encoder, rank: 1000, seed: 1));

        Assert.Contains("fineTuning.loraRank is 1000", error.Message, StringComparison.Ordinal);
    }

    private static void Step(Encoder encoder, LowRankAdapters adapters)
    {
        Loss(encoder).backward();
        adapters.TakeGradients();
        using var noGradient = no_grad();
        foreach (var parameter in adapters.Parameters)
        {
            parameter.sub_(parameter.grad! * 0.1);
            parameter.grad = null;
        }

        adapters.Merge();
    }

    private static Tensor Loss(Encoder encoder)
    {
        encoder.eval();
        var images = linspace(0, 1, 4 * 16 * 16, dtype: ScalarType.Float32).sin().reshape(4, 1, 16, 16);
        return encoder.forward(images).pow(2).mean() * 100;
    }

    private static Encoder Encoder(string name)
    {
        var encoder = EncoderArchitectures.Create(new EncoderSpec(name, 8), new InputSpec(16, 1));
        WeightInitialization.Initialize(encoder, 7);
        return encoder;
    }

    private static Dictionary<string, Tensor> Weights(Encoder encoder) =>
        encoder.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone());
}
