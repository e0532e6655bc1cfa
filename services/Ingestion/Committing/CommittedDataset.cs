using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>Publishes that a dataset version is complete.</summary>
public sealed class CommittedDataset(
    IArtifactStore store, StageEvents events, RunLedger ledger, IOptions<IngestionOptions> options, ILogger<CommittedDataset> logger)
{
    /// <summary>Here a run gets its id. Every way to a dataset version passes here, so that a message that is delivered again bypasses no
    /// check.</summary>
    /// <exception cref="Contracts.PipelineException">The dataset cannot answer the experiment.</exception>
    public async Task PublishAsync(ConsumeContext context, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        var manifest = await store.ReadManifestAsync<DatasetManifest>(dataset, context.CancellationToken);
        // Before the checks: where they refuse the dataset, the log says what was found.
        DatasetLog.Write(logger, manifest);
        await RejectedShare.VerifyAsync(store, manifest, options.Value.MaxRejectedShare, context.CancellationToken);
        await LeakGate.VerifyAsync(store, experiment, manifest, context.CancellationToken);
        DatasetChecks.Verify(experiment, manifest);
        await events.PublishAsync(
            context,
            Stage.Ingestion,
            new DatasetCommitted(new RunReference(RunId.Of(experiment.Name, reference, dataset), reference, dataset)));
    }

    /// <summary>As <see cref="PublishAsync"/>, for a run that may have been cancelled before.</summary>
    public async Task PublishAgainAsync(
        ConsumeContext context, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        await ledger.ReopenAsync(RunId.Of(experiment.Name, reference, dataset), context.CancellationToken);
        await PublishAsync(context, experiment, reference, dataset);
    }
}

/// <summary>The dataset versions in a store, whatever became of their runs.</summary>
public sealed class CommittedDatasets(IArtifactStore store)
{
    /// <param name="dataset">One only; null for all.</param>
    /// <returns>The newest version of each dataset, in ordinal order of their names.</returns>
    public async Task<IReadOnlyList<DatasetVersion>> NewestAsync(string? dataset = null, CancellationToken cancellation = default)
    {
        // The newest import may be under way, or have failed.
        return [.. (await ImportPlans.NewestAsync(store, dataset, VersionOfAsync, cancellation)).Values];

        async Task<DatasetVersion?> VersionOfAsync(ImportPlan plan) =>
            await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation) is { Content: var manifest }
                ? new DatasetVersion(plan.DatasetRoot.Split('/')[^1], manifest)
                : null;
    }
}

/// <param name="Version">Its content key: the last segment of where it lies.</param>
public sealed record DatasetVersion(string Version, DatasetManifest Manifest);
