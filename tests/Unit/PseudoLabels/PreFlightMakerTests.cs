using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.PseudoLabels;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.PseudoLabels;

[Collection(TorchTests.Name)]
public sealed class PreFlightMakerTests
{
    private static readonly PseudoLabelSpec Spec = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_measures_every_task_on_the_training_split_alone()
    {
        using var data = await ToyDataset.CreateAsync();
        foreach (var shard in data.Manifest.Shards.Where(shard => shard.Split != Split.Train))
            await data.Store.DeleteAsync(shard.File.Key, Token);

        var (reference, preFlight) = await MakeAsync(data, data.Manifest, Spec);

        Assert.Matches("^pre-flight/[0-9a-f]{64}\\.json$", reference.Key);
        Assert.Equal((40, data.Reference), (preFlight.Samples, preFlight.Dataset));
        Assert.Equal(ViewPretext.All.Select(pretext => pretext.Name), preFlight.Tasks.Select(task => task.Task));
        // Of 40 training samples, four are of one colour and four more left-right symmetric.
        Assert.Equal([0.1, 0.2, 0.2], preFlight.Tasks.Select(task => task.Symmetric));
        Assert.Single(preFlight.Choice.Tasks);
    }

    [Fact]
    public async Task Of_several_makers_at_once_the_first_counts()
    {
        using var data = await ToyDataset.CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        using var maker = new PreFlightMaker(data.Store, device);
        using var other = new PreFlightMaker(data.Store, device);

        var made = await Task.WhenAll(new[] { maker, maker, other, other }.Select(one =>
            one.MakeAsync(data.Reference, data.Manifest, Spec, Token)));

        Assert.Single(made.Select(one => one.Reference).Distinct());
    }

    [Fact]
    public async Task What_was_made_is_found_without_the_samples()
    {
        using var data = await ToyDataset.CreateAsync();
        var made = await MakeAsync(data, data.Manifest, Spec);
        foreach (var shard in data.Manifest.Shards)
            await data.Store.DeleteAsync(shard.File.Key, Token);

        Assert.Equal(made.Reference, (await MakeAsync(data, data.Manifest, Spec)).Reference);
        await Assert.ThrowsAnyAsync<Exception>(() => MakeAsync(data, data.Manifest, new PseudoLabelSpec(0.5)));
    }

    [Fact]
    public async Task The_balance_of_labels_is_that_of_the_training_split()
    {
        using var data = await ToyDataset.CreateAsync();
        var counted = data.Manifest with { ClassCounts = [new("a", 16, 90, 0), new("b", 8, 0, 90), new("c", 8, 9, 9), new("d", 0, 5, 5)] };

        var labels = (await MakeAsync(data, counted, Spec)).Content.Labels;

        Assert.Equal((32 / 40.0, 0.5), (labels.Share, labels.Largest));
        // A half and two quarters: an entropy of one and a half bits.
        Assert.Equal(Math.Pow(2, 1.5), labels.EffectiveClasses, tolerance: 1e-12);
        Assert.Equal(new Dictionary<string, long> { ["a"] = 16, ["b"] = 8, ["c"] = 8, ["d"] = 0 }, labels.Counts);
    }

    [Fact]
    public async Task Data_without_labels_has_none_to_balance()
    {
        using var data = await ToyDataset.CreateAsync();

        var labels = (await MakeAsync(data, data.Manifest, Spec)).Content.Labels;

        Assert.Equal((0, 0, 0), (labels.Share, labels.Largest, labels.EffectiveClasses));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("flip")]
    public async Task A_run_has_the_tasks_of_its_experiment_or_those_that_were_chosen(string pretext)
    {
        using var data = await ToyDataset.CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        using var maker = new PreFlightMaker(data.Store, device);
        var run = await data.RunAsync(ToyDataset.Experiment with { Pretext = [pretext] });

        var (experiment, preFlight) = await new RunPretext(data.Store, maker).ResolveAsync(run, data.Manifest, Token);

        var (reference, content) = await maker.MakeAsync(data.Reference, data.Manifest, ToyDataset.Experiment.PseudoLabels, Token);
        Assert.Equal(reference, preFlight);
        Assert.Equal(pretext == "auto" ? content.Choice.Tasks : ["flip"], experiment.Pretext);
        Assert.All(experiment.Pretext, task => Assert.Contains(task, ViewPretext.All.Select(pretext => pretext.Name)));
    }

    private static async Task<(ArtifactReference Reference, PreFlight Content)> MakeAsync(ToyDataset data, DatasetManifest manifest,
        PseudoLabelSpec spec)
    {
        using var device = new TorchDevice(LoadedTorch.Options);
        using var maker = new PreFlightMaker(data.Store, device);
        return await maker.MakeAsync(data.Reference, manifest, spec, Token);
    }
}
