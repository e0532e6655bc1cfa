using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Ingestion.Committing;

/// <summary>Tells that a dataset version is complete.</summary>
public sealed class CommittedDataset(IArtifactStore store, StageEvents events)
{
    /// <summary>Here a run gets its id.</summary>
    /// <exception cref="Contracts.PipelineException">The dataset cannot answer the experiment.</exception>
    public async Task PublishAsync(ConsumeContext context, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        DatasetChecks.Verify(experiment, await store.ReadManifestAsync<DatasetManifest>(dataset, context.CancellationToken));
        await events.PublishAsync(context, Stage.Ingestion, new DatasetCommitted(new RunReference(RunId.Of(experiment.Name, reference, dataset), reference, dataset)));
    }
}
