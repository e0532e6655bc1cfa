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
        var ready = await labeller.FindReadyAsync(run, experiment, preFlight, context.CancellationToken);
        if (ready is null)
        {
            var missing = new List<LabelShard>();
            foreach (var (seed, seeded) in ShardLabeller.BySeed(experiment))
            {
                foreach (var (task, shard) in await labeller.MissingAsync(run.Dataset, dataset, seeded, context.CancellationToken))
                    missing.Add(new LabelShard(run, task, shard, seed));
            }

            if (missing.Count > 0)
                await context.PublishInTimeAsync(missing.AsEnumerable());
            else
                ready = await labeller.FindReadyAsync(run, experiment, preFlight, context.CancellationToken);
        }

        if (ready is not null)
            await events.PublishAsync(context, Stage.PseudoLabels, ready);
    }
}

/// <summary>One shard in, its pseudo-labels into the store; whoever finishes the last tells of the set.</summary>
public sealed class LabelShardConsumer(
    IArtifactStore store, RunPretext pretext, ShardLabeller labeller, StageEvents events, PipelineMetrics metrics) : IConsumer<LabelShard>
{
    public async Task Consume(ConsumeContext<LabelShard> context)
    {
        var (run, task, shard, seed) = context.Message;
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, context.CancellationToken);
        var (experiment, preFlight) = await pretext.ResolveAsync(run, dataset, context.CancellationToken);
        var seeds = ShardLabeller.BySeed(experiment);
        var place = seeds.Index().Single(seeded => seeded.Item.Seed == seed).Index;
        var complete = await labeller.LabelAsync(
            run.Dataset, dataset, seeds[place].Experiment, task, shard, context.CancellationToken);
        metrics.Part(Stage.PseudoLabels);

        var (shards, tasks) = (ShardLabeller.Labelled(dataset).Count, experiment.Pretext.Count);
        var done = (((place * tasks) + experiment.Pretext.ToList().IndexOf(task)) * shards) + shard + 1;
        await context.PublishInTimeAsync(
            new StageProgressed(run.RunId, Stage.PseudoLabels, done, seeds.Count * tasks * shards, task));
        if (complete && await labeller.FindReadyAsync(run, experiment, preFlight, context.CancellationToken) is { } ready)
            await events.PublishAsync(context, Stage.PseudoLabels, ready);
    }
}
