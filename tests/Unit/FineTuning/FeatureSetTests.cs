using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.FineTuning;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.FineTuning;

[Collection(TorchTests.Name)]
public sealed class FeatureSetTests
{
    private static readonly Experiment Experiment = ToyDataset.Experiment with
    {
        Pretraining = ToyDataset.Experiment.Pretraining with { Seeds = [1, 2] },
        FineTuning = ToyDataset.Experiment.FineTuning with
        {
            Head = HeadStarts.Logistic,
            Arms = [.. Enum.GetValues<Arm>().Except([Arm.Pretrained, Arm.Scratch, Arm.Frozen, Arm.FrozenRandom])],
        },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trials_find_every_vector_that_they_read_once_the_last_shard_is_there()
    {
        using var data = await ToyDataset.CreateAsync();
        using var runner = new TrialRunner(data.Store, new TorchDevice(LoadedTorch.Options));
        var set = new FeatureSet(data.Store, runner);
        var ready = await ReadyAsync(data);
        var all = FeatureSet.All(ready, Experiment, data.Manifest);

        Assert.Equal(all, await set.MissingAsync(all, Experiment, data.Manifest, Token));
        foreach (var part in all.Reverse())
            Assert.Equal(part == all[0], await set.EmbedAsync(all, part, Experiment, data.Manifest, Token));
        Assert.Empty(await set.MissingAsync(all, Experiment, data.Manifest, Token));

        var before = await FeaturesAsync(data);
        foreach (var (_, encoder, trial) in TrialPlan.Commands(ready, Experiment))
        {
            var manifest = await data.Store.ReadManifestAsync<EncoderManifest>(encoder.Key, Token);
            await runner.RunAsync(Experiment, data.Manifest, manifest, trial, Token);
        }

        Assert.Equal(before, await FeaturesAsync(data));
        Assert.Equal(all.Count, before.Count);
        Assert.Equal(Enum.GetValues<SpaceOf>(), all.Select(part => part.Space).Distinct().Order());
        Assert.All(all.GroupBy(part => part.Space), space => Assert.Equal(
            space.Key is SpaceOf.Pretrained or SpaceOf.Fused ? 2 : 1, space.Select(part => part.Encoder).Distinct().Count()));
    }

    [Fact]
    public async Task What_a_sweep_took_is_made_again_and_nothing_else()
    {
        using var data = await ToyDataset.CreateAsync();
        using var runner = new TrialRunner(data.Store, new TorchDevice(LoadedTorch.Options));
        var set = new FeatureSet(data.Store, runner);
        var all = FeatureSet.All(await ReadyAsync(data), Experiment, data.Manifest);
        foreach (var part in all)
            await set.EmbedAsync(all, part, Experiment, data.Manifest, Token);

        var swept = await FeaturesAsync(data);
        foreach (var key in swept.Take(2))
            await data.Store.DeleteAsync(key, Token);

        // Another process, which remembers nothing.
        set = new FeatureSet(data.Store, runner);
        var missing = await set.MissingAsync(all, Experiment, data.Manifest, Token);
        Assert.Equal(2, missing.Count);
        Assert.False(await set.EmbedAsync(all, missing[1], Experiment, data.Manifest, Token));
        Assert.True(await set.EmbedAsync(all, missing[0], Experiment, data.Manifest, Token));
        Assert.Equal(swept, await FeaturesAsync(data));
    }

    [Fact]
    public void Only_probes_nearest_neighbours_and_graphs_read_vectors_of_the_training_split()
    {
        var spec = ToyDataset.Experiment.FineTuning;
        SpaceOf? Table(Arm arm) => TrialArms.Of(arm).Table(spec, "mean");

        Assert.Equal((null, null, null, null), (Table(Arm.Pretrained), Table(Arm.Scratch), Table(Arm.Lora), Table(Arm.LayerDecay)));
        Assert.Equal((SpaceOf.Pretrained, SpaceOf.Random), (Table(Arm.Frozen), Table(Arm.FrozenRandom)));
        Assert.Equal((SpaceOf.Pretrained, SpaceOf.Fused), (Table(Arm.ClassMeans), Table(Arm.PropagationFused)));
        Assert.Equal(SpaceOf.Pretrained, TrialArms.Of(Arm.Pretrained).Table(spec with { Head = HeadStarts.Logistic }, "mean"));
        Assert.Null(TrialArms.Of(Arm.Frozen).Table(spec, readout: null));
    }

    private static async Task<List<string>> FeaturesAsync(ToyDataset data)
    {
        var keys = new List<string>();
        await foreach (var artifact in data.Store.ListAsync("features", Token))
            keys.AddRange(artifact.Key.EndsWith("manifest.json", StringComparison.Ordinal) ? [artifact.Key] : []);

        return keys;
    }

    private static async Task<EncoderReady> ReadyAsync(ToyDataset data)
    {
        var encoders = new List<ArtifactReference>();
        foreach (var seed in Experiment.Pretraining.AllSeeds)
        {
            using var encoder = EncoderArchitectures.Create(Experiment.Encoder, Experiment.Input);
            WeightInitialization.Initialize(encoder, seed);
            var put = await data.Store.CreateAsync(
                $"encoders/{seed}.safetensors",
                (stream, token) => SafetensorsWriter.WriteAsync(stream, [.. encoder.Tensors()], cancellation: token), Token);
            var manifest = new EncoderManifest
            {
                Encoder = Experiment.Encoder,
                Input = Experiment.Input,
                File = put.Reference,
                Steps = 1,
                History = [],
                Time = new PretrainingTime(0, 0, 0, 0, 0),
                Environment = new EnvironmentSummary("cpu", 1, ""),
            };
            encoders.Add((await data.Store.CreateManifestAsync($"encoders/{seed}.json", manifest, Token)).Reference);
        }

        return EncoderReady.Of(await data.RunAsync(Experiment), encoders);
    }
}
