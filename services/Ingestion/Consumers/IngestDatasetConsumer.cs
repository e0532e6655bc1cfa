using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Experiments;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Consumers;

/// <summary>A complete drop in; a command for every experiment that waits for the dataset's drops out.</summary>
public sealed class IngestDatasetConsumer(IArtifactStore store, DropExperiments onDrops, DatasetPlaces places) : IConsumer<IngestDataset>
{
    public async Task Consume(ConsumeContext<IngestDataset> context)
    {
        var (dataset, source) = context.Message;
        foreach (var reference in await onDrops.ListAsync(dataset, context.CancellationToken))
        {
            var experiment = await store.ReadManifestAsync<Experiment>(reference, context.CancellationToken);
            await context.Publish(new RunExperiment(ExperimentArtifact.ToJson(experiment), source ?? places.Of(dataset)));
        }
    }
}
