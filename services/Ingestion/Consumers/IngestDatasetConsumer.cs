using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Experiments;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Consumers;

/// <summary>A complete drop in; a command for every experiment that waits for the dataset's drops out.</summary>
public sealed partial class IngestDatasetConsumer(IArtifactStore store, DropExperiments onDrops, DatasetPlaces places, ILogger<IngestDatasetConsumer> log)
    : IConsumer<IngestDataset>
{
    public async Task Consume(ConsumeContext<IngestDataset> context)
    {
        var (dataset, source) = context.Message;
        var waiting = await onDrops.ListAsync(dataset, context.CancellationToken);
        Dropped(dataset, waiting.Count);
        foreach (var reference in waiting)
        {
            var experiment = await store.ReadManifestAsync<Experiment>(reference, context.CancellationToken);
            await context.PublishInTimeAsync(new RunExperiment(ExperimentArtifact.ToJson(experiment), source ?? places.Of(dataset)));
        }
    }

    [LoggerMessage(LogLevel.Information, "A drop into {Dataset} is complete; {Experiments} experiments wait for it")]
    private partial void Dropped(string dataset, int experiments);
}
