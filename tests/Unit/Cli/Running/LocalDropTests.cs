using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Running;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Running;

public sealed class LocalDropTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-drop-").FullName;
    private readonly FolderArtifactStore store;

    public LocalDropTests() => store = new FolderArtifactStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Experiments_that_are_registered_for_drops_run_and_no_others()
    {
        await KnowAsync("known", "cats");
        var registered = Make("registered", "cats", epochs: 2);
        await new DropExperiments(store).AddAsync(registered, await ExperimentArtifact.PutAsync(store, registered), TestContext.Current.CancellationToken);

        Assert.Equal(["registered"], (await FindAsync("cats")).Select(experiment => experiment.Name));
    }

    [Fact]
    public async Task Where_none_is_registered_the_newest_of_each_name_over_this_dataset_run()
    {
        await KnowAsync("one", "cats", epochs: 1);
        await KnowAsync("one", "cats", epochs: 2);
        await KnowAsync("two", "cats");
        await KnowAsync("three", "dogs");

        Assert.Equal([("one", 2), ("two", 1)], (await FindAsync("cats")).Select(experiment => (experiment.Name, experiment.Pretraining.Epochs)).Order());
    }

    [Fact]
    public async Task A_dataset_that_no_experiment_has_is_refused_with_the_way_to_register_one()
    {
        await KnowAsync("one", "cats");

        var error = await Assert.ThrowsAsync<PipelineException>(() => FindAsync("dogs"));

        Assert.Contains("'dogs'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--on-drops", error.Message, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<Experiment>> FindAsync(string dataset) => LocalDrop.FindAsync(store, dataset, TestContext.Current.CancellationToken);

    private async Task KnowAsync(string name, string data, int epochs = 1) => await ExperimentArtifact.PutAsync(store, Make(name, data, epochs));

    private static Experiment Make(string name, string data, int epochs) => new()
    {
        Name = name,
        Data = data,
        Pretext = ["rotation"],
        Pretraining = new PretrainingSpec { Epochs = epochs },
        FineTuning = new FineTuningSpec { Labels = [6] },
    };
}
