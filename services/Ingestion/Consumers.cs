using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion;

/// <summary>A folder in; a command for each chunk out, or the dataset version if it is there already.</summary>
public sealed class RunRequestedConsumer(IArtifactStore store, ImportPlanner planner, DatasetCommitter committer, RunLedger ledger) : IConsumer<RunRequested>
{
    public async Task Consume(ConsumeContext<RunRequested> context)
    {
        var (reference, source) = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(reference.Key, context.CancellationToken);
        var planned = await planner.PlanAsync(experiment, source, cancellation: context.CancellationToken);
        if (planned.Dataset is { } dataset)
        {
            await DatasetCommittedPublisher.PublishAsync(context, store, ledger, experiment, reference, dataset);
            return;
        }

        var (plan, content) = planned.Plan!.Value;
        var missing = await committer.MissingAsync(content, context.CancellationToken);
        if (missing.Count == 0)
        {
            var committed = await committer.CommitAsync(content, cancellation: context.CancellationToken);
            await DatasetCommittedPublisher.PublishAsync(context, store, ledger, experiment, reference, committed);
            return;
        }

        await context.Publish(new StageProgressed(null, Stage.Ingestion, content.Chunks.Count - missing.Count, content.Chunks.Count, $"{content.Items} files"));
        await context.PublishBatch(missing.Select(chunk => new ImportChunk(reference, plan, chunk)));
    }
}

/// <summary>One chunk in, its part into the store; whoever finishes the last commits the dataset version.</summary>
public sealed class ImportChunkConsumer(IArtifactStore store, ChunkImporter importer, DatasetCommitter committer, RunLedger ledger) : IConsumer<ImportChunk>
{
    public async Task Consume(ConsumeContext<ImportChunk> context)
    {
        var (reference, planReference, chunk) = context.Message;
        var plan = await store.ReadManifestAsync<ImportPlan>(planReference.Key, context.CancellationToken);
        if (await committer.FindAsync(plan, context.CancellationToken) is null)
        {
            await importer.ImportAsync(plan, chunk, cancellation: context.CancellationToken);
            var missing = await committer.MissingAsync(plan, context.CancellationToken);
            await context.Publish(new StageProgressed(null, Stage.Ingestion, plan.Chunks.Count - missing.Count, plan.Chunks.Count, $"{plan.Items} files"));
            if (missing.Count > 0 && await committer.FindAsync(plan, context.CancellationToken) is null)
            {
                return;
            }
        }

        var dataset = await committer.CommitAsync(plan, cancellation: context.CancellationToken);
        var experiment = await store.ReadManifestAsync<Experiment>(reference.Key, context.CancellationToken);
        await DatasetCommittedPublisher.PublishAsync(context, store, ledger, experiment, reference, dataset);
    }
}

internal static class DatasetCommittedPublisher
{
    /// <summary>Here a run gets its id.</summary>
    public static async Task PublishAsync(
        ConsumeContext context, IArtifactStore store, RunLedger ledger, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        DatasetChecks.Verify(experiment, await store.ReadManifestAsync<DatasetManifest>(dataset.Key, context.CancellationToken));
        var committed = new DatasetCommitted(new RunReference(RunId.Of(experiment.Name, reference, dataset), reference, dataset));
        await ledger.RecordAsync(Stage.Ingestion, committed, context.CancellationToken);
        await context.Publish(committed);
    }
}
