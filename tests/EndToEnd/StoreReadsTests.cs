using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Running;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

public sealed class StoreReadsTests
{
    private static readonly string[] Stages =
        ["Pipeline.Ingestion", "Pipeline.PseudoLabels", "Pipeline.Pretraining", "Pipeline.FineTuning", "Pipeline.Evaluation"];

    [Theory]
    [InlineData("image")]
    [InlineData("text")]
    [InlineData("tagging")]
    public async Task Test_shards_are_opened_by_evaluation_alone_and_labels_by_no_stage_before_fine_tuning(string task)
    {
        using var place = new Workplace().With(TinyTask.All[task]);
        var (dataset, stores) = await RunAsync(place);

        Assert.All(Enum.GetValues<Split>(), split => Assert.NotEmpty(Shards(split)));
        Assert.Equal(["Pipeline.Evaluation"], Openers(Shards(Split.Test)));
        // Evaluation names the classes of neighbours; tagged sequences have none.
        Assert.Equal(
            task == "tagging" ? ["Pipeline.FineTuning"] : ["Pipeline.Evaluation", "Pipeline.FineTuning"],
            Openers([.. dataset.LabelIndex.Values.Select(index => index.Key)]).Order(StringComparer.Ordinal));
        // Shards of these two splits were shown to the stages before fine-tuning without their labels.
        Assert.Equal(
            ["Pipeline.Evaluation", "Pipeline.FineTuning", "Pipeline.Pretraining", "Pipeline.PseudoLabels"],
            Openers([.. Shards(Split.Train), .. Shards(Split.Validation)]).Append("Pipeline.Evaluation").Distinct()
            .Order(StringComparer.Ordinal));
        var labelled = stores.Single(store => store.Stage == "Pipeline.PseudoLabels").Opened;
        Assert.Empty(Shards(Split.Train).Concat(Shards(Split.Validation)).Except(labelled));

        IReadOnlyList<string> Shards(Split split) =>
            [.. dataset.Shards.Where(shard => shard.Split == split).Select(shard => shard.File.Key)];
        IEnumerable<string> Openers(IReadOnlyList<string> keys) =>
            stores.Where(store => store.Opened.Intersect(keys).Any()).Select(store => store.Stage);
    }

    /// <summary>The run in this process, its stages composed as the command line does.</summary>
    private static async Task<(DatasetManifest Dataset, IReadOnlyList<WatchedStore> Stores)> RunAsync(Workplace place)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var experiment = ExperimentFile.Read(place.PathOf("tiny.yaml"));
        var store = new FolderArtifactStore(place.Store);
        var settings = new RunSettings(experiment, place.PathOf("data"), place.Store, Device: "cpu", Threads: 1);
        var builder = LocalHost.Compose(settings, store);
        builder.Configuration.AddInMemoryCollection([new("Ingestion:ShardBytes", "4000")]);
        var stores = WatchedStore.Watch(builder.Services, store, place.PathOf("unlabelled"), Stages);
        using var host = builder.Build();
        await host.StartAsync(cancellation);
        var progress = host.Services.GetRequiredService<RunProgress>();
        progress.Start(experiment.Modality);
        await host.Services.GetRequiredService<IBus>().Publish(
            new RunExperiment(Source: settings.Data, OnDrops: settings.OnDrops, Stored: await ExperimentArtifact.PutAsync(store, experiment, cancellation)), cancellation);
        var outcome = await progress.Outcome.WaitAsync(TimeSpan.FromMinutes(5), cancellation);
        await host.StopAsync(cancellation);

        Assert.True(outcome is RunOutcome.Finished, outcome.ToString());
        var committed = ((RunOutcome.Finished)outcome).Verdict.Run.Dataset;
        return (await store.ReadManifestAsync<DatasetManifest>(committed.Key, cancellation), stores);
    }
}
