using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Pretraining;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Pretraining;

[Collection(TorchTests.Name)]
public sealed class MaskedTokenSlicesTests
{
    /// <summary>Four steps in each of two epochs.</summary>
    private const int Steps = 8;

    private static readonly PretrainingOptions EachStep =
        new() { Points = 100, MeasureEvery = 3, HeldOutSamples = 8, FinalHeldOutSamples = 16, CollapseDeviation = 0, CollapseRank = 1 };

    private static readonly Experiment Bert = ToySequences.Experiment with
    {
        Encoder = new EncoderSpec("transformer",
            Transformer: new TransformerSpec(Width: 16, Layers: 1, Heads: 2, FeedForward: 32, Norm: "post", Layout: "bert")),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_killed_after_every_step_ends_in_the_same_encoder()
    {
        using var undisturbed = await ToySequences.CreateAsync();
        using var disturbed = await ToySequences.CreateAsync();
        var expected = await ToTheEndAsync(undisturbed);

        var slice = await disturbed.SliceAsync();
        ArtifactReference? encoder = null;
        while (encoder is null)
        {
            // Another trainer: nothing in memory survives.
            using var trainer = Trainer(disturbed);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
            (encoder, var step, _) = await trainer.TrainAsync(slice, _ => stopping.Cancel(), stopping.Token);
            slice = slice with { Slice = slice.Slice + 1, Step = step };
        }

        var found = await disturbed.Store.ReadManifestAsync<EncoderManifest>(encoder.Key, Token);
        Assert.Equal(Steps, slice.Slice);
        Assert.Equal(expected.File, found.File);
        Assert.Equal(expected.History.Select(Text), found.History.Select(Text));
        Assert.Equal(expected.Time.Views, found.Time.Views);
    }

    [Fact]
    public async Task The_encoder_tells_its_tokenizer_its_points_and_the_tokens_that_it_saw()
    {
        using var data = await ToySequences.CreateAsync();
        var slice = await data.SliceAsync();
        var plan = await PretrainingPlan.ReadAsync(data.Store, slice.Run, slice.PseudoLabels, null, Token);
        var encoder = await ToTheEndAsync(data);

        Assert.Equal(Steps, plan.Steps);
        Assert.Equal(Steps, encoder.Steps);
        Assert.Equal(data.PseudoLabels.Tokenizer!.Files["vocab.txt"], encoder.Tokenizer!.Files["vocab.txt"]);
        Assert.Equal(data.PseudoLabels.Tokenizer.Spec, encoder.Tokenizer.Spec);
        Assert.Null(encoder.Config);
        Assert.EndsWith("/encoder.safetensors", encoder.File.Key, StringComparison.Ordinal);
        Assert.Equal([3L, 6, 8], encoder.History.Where(point => point.HeldOut is not null).Select(point => point.Step));
        Assert.Equal([8L, 8, 16], encoder.History.Where(point => point.HeldOut is not null).Select(point => point.HeldOut!.Views));
        Assert.All(encoder.History, point => Assert.InRange(point.Loss, 0.01, 10));

        // All samples but those that filled no batch, twice.
        var all = ToySequences.Texts(Split.Train).Sum(text => text.Length);
        Assert.InRange(encoder.Time.Views, 2 * (all - (6 * 15)), 2 * (all - (6 * 7)));
    }

    [Fact]
    public async Task Test_samples_are_never_opened()
    {
        using var data = await ToySequences.CreateAsync();
        await data.Store.DeleteAsync(data.Manifest.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);
        await data.Store.DeleteAsync(data.PseudoLabels.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);

        Assert.Equal(Steps, (await ToTheEndAsync(data)).Steps);
    }

    [Fact]
    public async Task Features_along_one_direction_stop_the_run()
    {
        using var data = await ToySequences.CreateAsync();

        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            ToTheEndAsync(data, options: new PretrainingOptions { MeasureEvery = 1, CollapseDeviation = 0, CollapseRank = 1000 }));

        Assert.Contains("collapsed at step 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layout_bert_leaves_a_folder_as_Hugging_Face_lays_it_out()
    {
        using var data = await ToySequences.CreateAsync(Bert);
        var encoder = await ToTheEndAsync(data, Bert);
        var root = encoder.File.Key[..encoder.File.Key.LastIndexOf('/')];

        Assert.Equal($"{root}/model.safetensors", encoder.File.Key);
        Assert.Equal($"{root}/config.json", encoder.Config!.Key);
        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(data.Store.Root, encoder.Config.Key), Token))!;
        Assert.Equal((9, 16, 20), ((int)config["vocab_size"]!, (int)config["hidden_size"]!, (int)config["max_position_embeddings"]!));
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(data.Store.Root, "tokenizer/vocab.txt"), Token),
            await File.ReadAllTextAsync(Path.Combine(data.Store.Root, root, "vocab.txt"), Token));
        using var weights = SafetensorsFile.Open(Path.Combine(data.Store.Root, encoder.File.Key));
        Assert.Equal([9, 16], weights.Shape("embeddings.word_embeddings.weight"));
        Assert.Equal("pt", weights.Metadata["format"]);
    }

    [Fact]
    public async Task Runs_share_an_encoder_exactly_when_it_would_be_the_same()
    {
        using var data = await ToySequences.CreateAsync();
        using var same = await ToySequences.CreateAsync();
        using var vocabulary = await ToySequences.CreateAsync(vocabulary: "\n");
        using var masking = await ToySequences.CreateAsync(ToySequences.Experiment with { Masking = new MaskingSpec(Share: 0.3) });
        var root = await RootAsync(data);

        Assert.Equal(root, await RootAsync(same));
        Assert.NotEqual(root, await RootAsync(vocabulary));
        Assert.NotEqual(root, await RootAsync(masking));
        Assert.NotEqual(root, await RootAsync(data, Bert));
        Assert.Equal(root, await RootAsync(data, ToySequences.Experiment
            with
        { Name = "other", Evaluation = new EvaluationSpec { Seed = 9 } }));

        static async Task<string> RootAsync(ToySequences data, Experiment? experiment = null)
        {
            var slice = await data.SliceAsync(experiment);
            return (await PretrainingPlan.ReadAsync(data.Store, slice.Run, slice.PseudoLabels, null, Token)).Root;
        }
    }

    private static async Task<EncoderManifest> ToTheEndAsync(ToySequences data, Experiment? experiment = null,
        PretrainingOptions? options = null)
    {
        using var trainer = Trainer(data, options);
        var (encoder, _, _) = await trainer.TrainAsync(await data.SliceAsync(experiment), _ => { }, Token);
        return await data.Store.ReadManifestAsync<EncoderManifest>(encoder!.Key, Token);
    }

    private static SliceTrainer Trainer(ToySequences data, PretrainingOptions? options = null) =>
        new(data.Store, Options.Create(options ?? EachStep), new TorchDevice(LoadedTorch.Options));

    private static string Text(PretrainingPoint point) =>
        $"{point.Step} {point.Loss:r} {point.LearningRate:r} {point.HeldOut?.Accuracy["masked-token"]:r} "
        + $"{point.HeldOut?.FeatureDeviation:r} {point.HeldOut?.EffectiveRank:r} {point.HeldOut?.Views}";
}
