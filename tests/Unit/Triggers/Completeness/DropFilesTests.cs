using Pipeline.Experiments;
using Pipeline.Tests.Unit.Ingestion;
using Pipeline.Triggers.Completeness;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Completeness;

public sealed class DropFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_counted_as_the_experiments_that_wait_read_them()
    {
        using var lake = new TestLake();
        foreach (var file in new[] { "a.txt", "b.jsonl", "c.csv", "d.png", "more/e.txt", "labels.csv", "README.md", "_SUCCESS", ".hidden",
            "count.json", "more/count.json" })
        {
            lake.Drop(file, "x");
        }

        var experiments = new DropExperiments(lake.Store);
        var files = new DropFiles(TestLake.Folders(), experiments);
        Task<long> CountAsync(string dataset) => files.CountAsync(dataset, lake.Folder, "count.json", Cancellation);
        async Task WaitAsync(string name, string modality)
        {
            var experiment = lake.Experiment
                with
            {
                Name = name,
                Data = "pictures",
                Modality = modality,
                Input = modality == Modalities.Image
                    ? lake.Experiment.Input : InputSpec.Sequence(10)
            };
            await experiments.AddAsync(experiment, await ExperimentArtifact.PutAsync(lake.Store, experiment, Cancellation), Cancellation);
        }

        Assert.Equal(2, await CountAsync("pictures"));
        await WaitAsync("first", Modalities.Image);
        Assert.Equal(2, await CountAsync("pictures"));
        await WaitAsync("second", Modalities.Text);
        Assert.Equal(5, await CountAsync("pictures"));
        Assert.Equal(2, await CountAsync("others"));
    }
}
