using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Hosting.Runs;
using Pipeline.Learning.Native;
using Pipeline.Pretraining;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Pretraining;

[Collection(TorchTests.Name)]
public sealed class RunEncodersTests
{
    private static readonly Experiment Experiment = ToyDataset.Experiment;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Encoders_of_several_seeds_are_those_of_each_seed_alone_and_all_are_told_once_the_last_is_there()
    {
        using var data = await ToyDataset.CreateAsync();
        using var other = await ToyDataset.CreateAsync();
        var alone = await TrainAsync(other, (await FirstSlicesAsync(other, Experiment.Pretraining with { Seed = 5 })).Single());
        var slices = await FirstSlicesAsync(data, Experiment.Pretraining with { Seeds = [4, 5] });
        var ledger = new RunLedger(data.Store);
        var ready = new PseudoLabelsReady(slices[0].Run, slices[0].PseudoLabels);
        await ledger.RecordAsync(Stage.PseudoLabels, ready, Token);
        var encoders = new RunEncoders(data.Store, ledger);

        var second = await TrainAsync(data, slices[1]);
        Assert.Null(await encoders.AllAsync(ready.Run, second, Token));
        Assert.Equal([null, second], (await encoders.FindAsync(ready, Token)).Select(found => found.Encoder));
        var first = await TrainAsync(data, slices[0]);

        Assert.Equal([first, second], (await encoders.AllAsync(ready.Run, first, Token))!);
        Assert.Equal((await ReadAsync(other, alone)).File, (await ReadAsync(data, second)).File);
        Assert.NotEqual((await ReadAsync(data, first)).File.Digest, (await ReadAsync(data, second)).File.Digest);
    }

    private static async Task<List<TrainSlice>> FirstSlicesAsync(ToyDataset data, PretrainingSpec spec)
    {
        var experiment = Experiment with { Pretraining = spec };
        var ready = new PseudoLabelsReady(await data.RunAsync(experiment), await data.LabelAsync(experiment));
        return [.. (await new RunEncoders(data.Store, new RunLedger(data.Store)).FindAsync(ready, Token)).Select(found => found.First)];
    }

    private static async Task<ArtifactReference> TrainAsync(ToyDataset data, TrainSlice slice)
    {
        using var trainer = new SliceTrainer(data.Store, Options.Create(new PretrainingOptions()), new TorchDevice(LoadedTorch.Options));
        var (encoder, _, _) = await trainer.TrainAsync(slice, progress => Assert.Equal(slice.Seed, progress.Seed), Token);
        return encoder!;
    }

    private static Task<EncoderManifest> ReadAsync(ToyDataset data, ArtifactReference encoder) =>
        data.Store.ReadManifestAsync<EncoderManifest>(encoder.Key, Token);
}
