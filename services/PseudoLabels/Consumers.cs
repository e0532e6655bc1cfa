using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Experiments;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.PseudoLabels;

/// <summary>An experiment and a dataset version that is there already in; a run over it out.</summary>
public sealed class LabelDatasetConsumer(IArtifactStore store, RunLedger ledger, StageEvents events) : IConsumer<LabelDataset>
{
    public async Task Consume(ConsumeContext<LabelDataset> context)
    {
        var (json, version) = context.Message;
        var experiment = ExperimentFile.Parse(json);
        if (!ArtifactKey.IsValid(version)
            || await store.FindManifestAsync<DatasetManifest>(version, context.CancellationToken) is not { } dataset)
            throw new PipelineException(
                $"There is no dataset version '{version}'; it must be the key of a manifest, datasets/NAME/VERSION/manifest.json.");

        var reference = await ExperimentArtifact.PutAsync(store, experiment, context.CancellationToken);
        var committed = new DatasetCommitted(
            new RunReference(RunId.Of(experiment.Name, reference, dataset.Reference), reference, dataset.Reference));
        await ledger.ReopenAsync(committed.Run.RunId, context.CancellationToken);
        await events.PublishAsync(context, Stage.Ingestion, committed);
    }
}

/// <summary>A dataset version in; one command for each task and shard that has no pseudo-labels yet out, or the finished set if there is
/// none. The pre-flight comes before either.</summary>
public sealed class DatasetCommittedConsumer(
    IArtifactStore store, RunPretext pretext, ShardLabeller labeller, StageEvents events, RunStop stop) : IConsumer<DatasetCommitted>
{
    public async Task Consume(ConsumeContext<DatasetCommitted> context)
    {
        var run = context.Message.Run;
        await using var watch = stop.For(run.RunId);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, context.CancellationToken);
        var (experiment, preFlight) = await pretext.ResolveAsync(run, dataset, watch.Token);
        var ready = await labeller.FindAllAsync(run.Dataset, experiment, context.CancellationToken);
        if (ready is null)
        {
            var missing = await labeller.MissingAsync(run.Dataset, dataset, experiment, context.CancellationToken);
            if (missing.Count > 0)
                await context.PublishInTimeAsync(missing.Select(part => new LabelShard(run, part.Task, part.Shard)));
            else
                ready = await labeller.FindAllAsync(run.Dataset, experiment, context.CancellationToken);
        }

        if (ready is not null)
            await events.PublishAsync(context, Stage.PseudoLabels, new PseudoLabelsReady(run, ready, experiment.Pretext, preFlight));
    }
}

/// <summary>One shard in, its pseudo-labels into the store; whoever finishes the last tells of the set.</summary>
public sealed class LabelShardConsumer(
    IArtifactStore store, RunPretext pretext, ShardLabeller labeller, StageEvents events, PipelineMetrics metrics) : IConsumer<LabelShard>
{
    public async Task Consume(ConsumeContext<LabelShard> context)
    {
        var (run, task, shard) = context.Message;
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, context.CancellationToken);
        var (experiment, preFlight) = await pretext.ResolveAsync(run, dataset, context.CancellationToken);
        var complete = await labeller.LabelAsync(run.Dataset, dataset, experiment, task, shard, context.CancellationToken);
        metrics.Part(Stage.PseudoLabels);

        var shards = ShardLabeller.Labelled(dataset).Count;
        var done = (experiment.Pretext.ToList().IndexOf(task) * shards) + shard + 1;
        await context.PublishInTimeAsync(
            new StageProgressed(run.RunId, Stage.PseudoLabels, done, experiment.Pretext.Count * shards, task));
        if (complete && await labeller.FindAllAsync(run.Dataset, experiment, context.CancellationToken) is { } ready)
            await events.PublishAsync(context, Stage.PseudoLabels, new PseudoLabelsReady(run, ready, experiment.Pretext, preFlight));
    }
}
