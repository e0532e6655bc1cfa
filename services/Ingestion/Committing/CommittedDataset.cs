using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Ingestion.Committing;

/// <summary>Tells that a dataset version is complete.</summary>
public sealed partial class CommittedDataset(IArtifactStore store, StageEvents events, IOptions<IngestionOptions> options, ILogger<CommittedDataset> logger)
{
    /// <summary>Here a run gets its id. Whoever comes to a dataset version comes through here, so that nothing that is delivered again gets around a check.</summary>
    /// <exception cref="Contracts.PipelineException">The dataset cannot answer the experiment.</exception>
    public async Task PublishAsync(ConsumeContext context, Experiment experiment, ArtifactReference reference, ArtifactReference dataset)
    {
        var manifest = await store.ReadManifestAsync<DatasetManifest>(dataset, context.CancellationToken);
        // Before the checks: where they refuse the dataset, the log says what was found.
        Log(manifest);
        await RejectedShare.VerifyAsync(store, manifest, options.Value.MaxRejectedShare, context.CancellationToken);
        await LeakGate.VerifyAsync(store, experiment, manifest, context.CancellationToken);
        DatasetChecks.Verify(experiment, manifest);
        await events.PublishAsync(context, Stage.Ingestion, new DatasetCommitted(new RunReference(RunId.Of(experiment.Name, reference, dataset), reference, dataset)));
    }

    private void Log(DatasetManifest dataset)
    {
        var data = dataset.Summary;
        LogDataset(dataset.Dataset, data.Samples, data.Train, data.Validation, data.Test, data.Labelled, data.Unlabelled, dataset.Classes.Count, data.Duplicates, data.Groups, data.Rejected.Values.Sum(), dataset.Warnings.Count);
        foreach (var warning in dataset.Warnings)
        {
            LogWarning(dataset.Dataset, warning.Name, warning.Count, warning.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Dataset}: {Samples} samples ({Train} train, {Validation} validation, {Test} test), {Labelled} labelled, {Unlabelled} without a label, {Classes} classes, {Duplicates} duplicates, {Groups} groups of near-duplicates, {Rejected} rejected, {Warnings} warnings")]
    private partial void LogDataset(string dataset, long samples, long train, long validation, long test, long labelled, long unlabelled, int classes, long duplicates, long groups, long rejected, int warnings);

    [LoggerMessage(LogLevel.Warning, "{Dataset}: {Code} ({Count}): {Message}")]
    private partial void LogWarning(string dataset, string code, long count, string message);
}
