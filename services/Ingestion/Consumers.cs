using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Import;

namespace Pipeline.Ingestion;

/// <summary>A wish in; one command for each chunk out, or the dataset version if this very content was imported before.</summary>
public sealed class RunRequestedConsumer(IArtifactStore store, ImportPlanner planner, DatasetAnnouncer announcer) : IConsumer<RunRequested>
{
    public async Task Consume(ConsumeContext<RunRequested> context)
    {
        var request = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(request.Experiment.Key, context.CancellationToken);
        var (dataset, planReference) = await planner.PlanAsync(experiment, request.Source, context.CancellationToken);
        if (planReference is null)
        {
            await announcer.AnnounceAsync(context, request.Experiment, experiment, dataset!);
            return;
        }

        var plan = await store.ReadManifestAsync<ImportPlan>(planReference.Key, context.CancellationToken);
        await context.Publish(new StageProgressed(null, Stage.Ingestion, 0, plan.Chunks));
        await context.PublishBatch(Enumerable.Range(0, plan.Chunks).Select(chunk => new ImportChunk(request.Experiment, planReference, chunk)));
    }
}

/// <summary>One chunk in, its part into the store; whoever finishes the last commits the dataset version.</summary>
public sealed class ImportChunkConsumer(IArtifactStore store, ChunkImporter importer, DatasetCommitter committer, DatasetAnnouncer announcer) : IConsumer<ImportChunk>
{
    public async Task Consume(ConsumeContext<ImportChunk> context)
    {
        var (experimentReference, planReference, chunk) = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(experimentReference.Key, context.CancellationToken);
        var plan = await store.ReadManifestAsync<ImportPlan>(planReference.Key, context.CancellationToken);
        await importer.ImportAsync(plan, chunk, context.CancellationToken);
        var (done, dataset) = await committer.CommitAsync(plan, context.CancellationToken);
        await context.Publish(new StageProgressed(null, Stage.Ingestion, done, plan.Chunks));
        if (dataset is not null)
        {
            await announcer.AnnounceAsync(context, experimentReference, experiment, dataset);
        }
    }
}

/// <summary>Here a run gets its id.</summary>
public sealed class DatasetAnnouncer(IArtifactStore store, DatasetChecks checks, RunLedger ledger)
{
    public async Task AnnounceAsync(ConsumeContext context, ArtifactReference experimentReference, Experiment experiment, ArtifactReference dataset)
    {
        await checks.VerifyAsync(experiment, await store.ReadManifestAsync<DatasetManifest>(dataset.Key, context.CancellationToken), context.CancellationToken);
        var run = new RunReference(RunId.Of(experiment.Name, experimentReference, dataset), experimentReference, dataset);
        var committed = new DatasetCommitted(run);
        await ledger.RecordAsync(Stage.Ingestion, committed, context.CancellationToken);
        await context.Publish(committed);
    }
}
