using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Ingestion.Committing;

/// <summary>Tells that a dataset version is complete.</summary>
public sealed class CommittedDataset(IArtifactStore store, StageEvents events, IOptions<IngestionOptions> options, ILogger<CommittedDataset> logger)
{
    /// <summary>Here a run gets its id. Whoever comes to a dataset version comes through here, so that nothing that is delivered again gets around a check.</summary>
    /// <exception cref="Contracts.PipelineException">The dataset cannot answer the experiment.</exception>
    public async Task PublishAsync(ConsumeContext context, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        var manifest = await store.ReadManifestAsync<DatasetManifest>(dataset, context.CancellationToken);
        // Before the checks: where they refuse the dataset, the log says what was found.
        DatasetLog.Write(logger, manifest);
        await RejectedShare.VerifyAsync(store, manifest, options.Value.MaxRejectedShare, context.CancellationToken);
        await LeakGate.VerifyAsync(store, experiment, manifest, context.CancellationToken);
        DatasetChecks.Verify(experiment, manifest);
        await events.PublishAsync(context, Stage.Ingestion, new DatasetCommitted(new RunReference(RunId.Of(experiment.Name, reference, dataset), reference, dataset)));
    }
}
