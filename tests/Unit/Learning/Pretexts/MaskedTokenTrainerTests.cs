using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

[Collection(TorchTests.Name)]
public sealed class MaskedTokenTrainerTests
{
    private static readonly Experiment WithoutDropout =
        ToySequences.Experiment
        with
        {
            Encoder = ToySequences.Experiment.Encoder
            with
            { Transformer = ToySequences.Experiment.Encoder.Transformer! with { Dropout = 0 } }
        };

    [Fact]
    public async Task The_loss_is_the_mean_cross_entropy_of_the_masked_tokens()
    {
        using var scope = torch.NewDisposeScope();
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var batch = (MaskedTokenBatch)new MaskedTokenBatches(samples, WithoutDropout.Pretraining).Training(0);
        using var network = new MaskedTokenModel(WithoutDropout, samples.Task, samples.Tokenizer);
        var tokens = torch.tensor(batch.Tokens, batch.Samples, batch.Tokens.Length / batch.Samples);
        var hidden = network.Encoder.Encode(tokens).Tokens.data<float>().ToArray().Chunk(16).ToArray();
        var weights = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.data<float>().ToArray());
        var expected = batch.Places.Zip(batch.Targets).Average(masked => NaiveLoss(hidden[masked.First], masked.Second, weights));

        using var trainer = Trainer(WithoutDropout, samples, 10);

        Assert.Equal(expected, trainer.Train(batch), tolerance: 1e-5);
    }

    [Fact]
    public async Task What_follows_from_its_neighbours_is_learned()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        using var heldOut = await OpenAsync(data, Split.Validation);
        var experiment = WithoutDropout with { Pretraining = WithoutDropout.Pretraining with { Epochs = 60 } };
        var batches = new MaskedTokenBatches(samples, experiment.Pretraining);
        using var trainer = Trainer(experiment, samples, batches.Steps);

        var losses = Enumerable.Range(0, (int)batches.Steps).Select(step => trainer.Train(batches.Training(step))).ToList();
        var measure = trainer.Measure([new MaskedTokenBatches(heldOut, experiment.Pretraining).Plain(0, heldOut.Count)]);

        // Four bases, about equally frequent: who knows no more than that loses ln 4 = 1.39 nats a token, and is right once in four times.
        var tokens = ToySequences.Texts(Split.Train).SelectMany(text => text).GroupBy(letter => letter)
            .Select(group => (double)group.Count()).ToList();
        var entropy = -tokens.Sum(count => count / tokens.Sum() * Math.Log(count / tokens.Sum()));
        Assert.InRange(entropy, 1.3, Math.Log(4));
        Assert.InRange(losses[^20..].Average(), 0, 0.6 * entropy);
        Assert.InRange(measure.Accuracy["masked-token"], 0.6, 1);
        Assert.Equal(20, measure.Views);
        Assert.InRange(measure.FeatureDeviation, 0.05, 1);
        Assert.InRange(measure.EffectiveRank, 1, 16);
    }

    [Fact]
    public async Task Measuring_leaves_no_trace_and_does_not_depend_on_how_it_is_cut()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var batches = new MaskedTokenBatches(samples, ToySequences.Experiment.Pretraining);
        using var trainer = Trainer(ToySequences.Experiment, samples, 10);
        trainer.Train(batches.Training(0));
        var before = Text(trainer.Save()).ToList();

        var first = trainer.Measure([batches.Plain(0, 30)]);
        var second = trainer.Measure([batches.Plain(0, 13), batches.Plain(13, 17)]);

        Assert.Equal(before, Text(trainer.Save()));
        Assert.Equal(first.Accuracy["masked-token"], second.Accuracy["masked-token"]);
        Assert.Equal(first.EffectiveRank, second.EffectiveRank, tolerance: 1e-3);
    }

    /// <summary>All tokens of a sample can be unknown.</summary>
    [Fact]
    public async Task A_batch_without_masked_tokens_has_no_loss()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        using var trainer = Trainer(ToySequences.Experiment, samples, 10);
        var batch = new MaskedTokenBatch(0, 2, [2, 1, 3, 2, 1, 3], [], [], 2);

        Assert.Equal(0, trainer.Train(batch));
        Assert.Equal(0, trainer.Measure([batch]).Accuracy["masked-token"]);
        Assert.True(double.IsFinite(trainer.Train(new MaskedTokenBatches(samples, ToySequences.Experiment.Pretraining).Training(0))));
    }

    [Fact]
    public async Task An_encoder_of_images_is_refused()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);

        var error = Assert.Throws<PipelineException>(() => Trainer(ToySequences.Experiment
            with
        { Encoder = new EncoderSpec("convnet", 4), Input = new InputSpec(8, 1) }, samples, 10));

        Assert.Contains("'convnet' takes images", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Dense, GELU (through its tanh form, which is near enough), norm, then the product with every token's vector.</summary>
    private static double NaiveLoss(float[] hidden, long target, Dictionary<string, float[]> weights)
    {
        const int Width = 16;
        double Product(string name, int row, IEnumerable<double> x) =>
            weights[name][(row * Width)..((row + 1) * Width)].Zip(x, (a, b) => a * b).Sum();
        var dense = Enumerable.Range(0, Width)
            .Select(i => weights["head.dense.bias"][i] + Product("head.dense.weight", i, hidden.Select(number => (double)number)))
            .Select(x => x / 2 * (1 + ErrorFunction(x / Math.Sqrt(2)))).ToList();
        var (mean, deviation) = (dense.Average(), Math.Sqrt(dense.Average(x => x * x) - (dense.Average() * dense.Average())));
        var normed = dense.Select(x => (x - mean) / deviation).ToList();
        var logits = Enumerable.Range(0, ToySequences.Tokenizer.Count)
            .Select(token => weights["head.bias"][token] + Product("encoder.tokens.weight", token, normed)).ToList();
        return Math.Log(logits.Sum(Math.Exp)) - logits[(int)target];
    }

    private static Trainer Trainer(Experiment experiment, MaskedTokenSamples samples, long steps) =>
        new(new MaskedTokenModel(experiment, samples.Task, samples.Tokenizer), experiment.Pretraining, steps, torch.CPU);

    private static Task<MaskedTokenSamples> OpenAsync(ToySequences data, Split split) =>
        MaskedTokenSamples.OpenAsync(data.Store, data.Manifest, data.PseudoLabels, split, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Text(IEnumerable<SafetensorsTensor> tensors) =>
        tensors.Select(tensor => $"{tensor.Name} [{string.Join(' ', tensor.Shape)}] {Convert.ToHexString(tensor.Data.Span)}");

    // Its Taylor series, which doubles can add up as far as the activations of so small a network go.
    private static double ErrorFunction(double x)
    {
        var (sum, power) = (0.0, x);
        for (var n = 0; n < 200; n++)
        {
            sum += power / ((2 * n) + 1);
            power *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
