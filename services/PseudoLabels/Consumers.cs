using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.PseudoLabels;

/// <summary>A dataset version in; one command for each shard and task out, or the finished set if it is there already.</summary>
public sealed class DatasetCommittedConsumer(IArtifactStore store, ShardLabeller labeller, RunLedger ledger) : IConsumer<DatasetCommitted>
{
    public async Task Consume(ConsumeContext<DatasetCommitted> context)
    {
        var run = context.Message.Run;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment.Key, context.CancellationToken);
        if (await labeller.FindAllAsync(run.Dataset, experiment, context.CancellationToken) is { } ready)
        {
            await PseudoLabelsReadyPublisher.PublishAsync(context, ledger, new PseudoLabelsReady(run, ready));
            return;
        }

        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset.Key, context.CancellationToken);
        await context.PublishBatch(experiment.Pretext.SelectMany(task =>
            Enumerable.Range(0, dataset.Shards.Count).Select(shard => new LabelShard(run, task, shard))));
    }
}

/// <summary>One shard in, its pseudo-labels into the store; whoever finishes the last tells of the set.</summary>
public sealed class LabelShardConsumer(IArtifactStore store, ShardLabeller labeller, RunLedger ledger) : IConsumer<LabelShard>
{
    public async Task Consume(ConsumeContext<LabelShard> context)
    {
        var (run, task, shard) = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment.Key, context.CancellationToken);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset.Key, context.CancellationToken);
        await labeller.LabelAsync(run.Dataset, dataset, experiment, task, shard, context.CancellationToken);

        var done = (experiment.Pretext.ToList().IndexOf(task) * dataset.Shards.Count) + shard + 1;
        await context.Publish(new StageProgressed(run.RunId, Stage.PseudoLabels, done, experiment.Pretext.Count * dataset.Shards.Count, task));
        if (await labeller.FindAllAsync(run.Dataset, experiment, context.CancellationToken) is { } ready)
        {
            await PseudoLabelsReadyPublisher.PublishAsync(context, ledger, new PseudoLabelsReady(run, ready));
        }
    }
}

internal static class PseudoLabelsReadyPublisher
{
    public static async Task PublishAsync(ConsumeContext context, RunLedger ledger, PseudoLabelsReady ready)
    {
        await ledger.RecordAsync(Stage.PseudoLabels, ready, context.CancellationToken);
        await context.Publish(ready);
    }
}
