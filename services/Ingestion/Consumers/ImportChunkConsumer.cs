using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Telemetry;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Consumers;

/// <summary>One chunk in, its part into the store; whoever finishes the last commits the dataset version.</summary>
public sealed class ImportChunkConsumer(
    IArtifactStore store, ChunkImporter importer, DatasetCommitter committer, CommittedDataset committed, PipelineMetrics metrics) : IConsumer<ImportChunk>
{
    public async Task Consume(ConsumeContext<ImportChunk> context)
    {
        var (reference, planReference, chunk) = context.Message;
        var plan = await store.ReadManifestAsync<ImportPlan>(planReference, context.CancellationToken);
        if (await committer.FindAsync(plan, context.CancellationToken) is null)
        {
            await importer.ImportAsync(plan, chunk, cancellation: context.CancellationToken);
            metrics.Part(Stage.Ingestion);
            metrics.Images(Stage.Ingestion, plan.Chunks[chunk].Items);
            var missing = await committer.LeftAsync(plan, chunk, context.CancellationToken);
            await context.PublishInTimeAsync(new StageProgressed(null, Stage.Ingestion, plan.Chunks.Count - missing.Count, plan.Chunks.Count, $"{plan.Items} files"));
            if (missing.Count > 0 && await committer.FindAsync(plan, context.CancellationToken) is null)
            {
                return;
            }
        }

        var dataset = await committer.CommitAsync(plan, cancellation: context.CancellationToken);
        await committed.PublishAsync(context, await store.ReadManifestAsync<Experiment>(reference, context.CancellationToken), reference, dataset);
    }
}

/// <summary>As many chunks at a time as the options say.</summary>
public sealed class ImportChunkConsumerDefinition(IOptions<IngestionOptions> options) : ConsumerDefinition<ImportChunkConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ImportChunkConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = options.Value.Parallelism;
        endpointConfigurator.ConcurrentMessageLimit = options.Value.Parallelism;
    }
}
