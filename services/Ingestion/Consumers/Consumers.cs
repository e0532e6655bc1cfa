using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Experiments;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Places;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Ingestion.Consumers;

/// <summary>An experiment and a source in; a command for each chunk out, or the dataset version if it is there already. One for drops only
/// waits for them.</summary>
public sealed class RunExperimentConsumer(
    IArtifactStore store,
    ImportPlanner planner,
    DatasetCommitter committer,
    CommittedDataset committed,
    DropExperiments onDrops,
    DatasetPlaces places,
    RunLedger ledger,
    PipelineMetrics metrics)
    : IConsumer<RunExperiment>
{
    public async Task Consume(ConsumeContext<RunExperiment> context)
    {
        var (json, source, again, stored) = context.Message;
        var (experiment, reference) = await ReadAsync(json, stored, context.CancellationToken);
        if (again)
        {
            await onDrops.AddAsync(experiment, reference, context.CancellationToken);
            if (source is null)
                return;
        }

        var reading = new Reading(context);
        var planned = await planner.PlanAsync(experiment, source ?? places.Of(experiment.Data), reading, context.CancellationToken);
        await reading.Told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        metrics.Parts(Stage.Ingestion, planned.Made.Parts);
        metrics.Images(Stage.Ingestion, planned.Made.Items);
        if (planned.Dataset is { } dataset)
        {
            await ledger.ReopenAsync(RunId.Of(experiment.Name, reference, dataset), context.CancellationToken);
            await committed.PublishAsync(context, experiment, reference, dataset);
            return;
        }

        var (plan, content) = planned.Plan!.Value;
        var missing = await committer.MissingAsync(content, context.CancellationToken);
        if (missing.Count == 0)
        {
            await committed.PublishAsync(
                context, experiment, reference, await committer.CommitAsync(content, cancellation: context.CancellationToken));
            return;
        }

        await context.PublishInTimeAsync(
            new StageProgressed(
                null, Stage.Ingestion, content.Chunks.Count - missing.Count, content.Chunks.Count, $"{content.Items} files"));
        await context.PublishInTimeAsync(missing.Select(chunk => new ImportChunk(reference, plan, chunk)));
    }

    private async Task<(Experiment, ArtifactReference)> ReadAsync(
        JsonElement? json, ArtifactReference? stored, CancellationToken cancellation)
    {
        if (stored is not null)
            return (await store.ReadManifestAsync<Experiment>(stored, cancellation), stored);

        var experiment = json is { } said
            ? ExperimentFile.Parse(said)
            : throw new PipelineException(
                "The command has neither 'experiment' nor 'stored'; 'experiment' must be an object with the keys of docs/experiment.md.");
        return (experiment, await ExperimentArtifact.PutAsync(store, experiment, cancellation));
    }

    /// <summary>Tells whoever follows how many files have been read, each time that the last word has gone out.</summary>
    private sealed class Reading(IPublishEndpoint bus) : IProgress<IngestionProgress>
    {
        public Task Told { get; private set; } = Task.CompletedTask;

        public void Report(IngestionProgress value)
        {
            if (Told.IsCompleted)
                Told = bus.PublishInTimeAsync(new StageProgressed(null, Stage.Ingestion, 0, 0, $"{value.Done} files read"));
        }
    }
}

/// <summary>A complete drop in; a command for every experiment that waits for the dataset's drops out.</summary>
public sealed partial class IngestDatasetConsumer(DropExperiments onDrops, DatasetPlaces places, ILogger<IngestDatasetConsumer> log)
    : IConsumer<IngestDataset>
{
    public async Task Consume(ConsumeContext<IngestDataset> context)
    {
        var (dataset, source) = context.Message;
        var waiting = await onDrops.ListAsync(dataset, context.CancellationToken);
        Dropped(dataset, waiting.Count);
        foreach (var reference in waiting)
            await context.PublishInTimeAsync(new RunExperiment(Source: source ?? places.Of(dataset), Stored: reference));
    }

    [LoggerMessage(LogLevel.Information, "A drop into {Dataset} is complete; {Experiments} experiments wait for it")]
    private partial void Dropped(string dataset, int experiments);
}

/// <summary>One chunk in, its part into the store; whoever finishes the last commits the dataset version.</summary>
public sealed class ImportChunkConsumer(
    IArtifactStore store, ChunkImporter importer, DatasetCommitter committer, CommittedDataset committed, PipelineMetrics metrics)
    : IConsumer<ImportChunk>
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
            await context.PublishInTimeAsync(
                new StageProgressed(null, Stage.Ingestion, plan.Chunks.Count - missing.Count, plan.Chunks.Count, $"{plan.Items} files"));
            if (missing.Count > 0 && await committer.FindAsync(plan, context.CancellationToken) is null)
                return;
        }

        var dataset = await committer.CommitAsync(plan, cancellation: context.CancellationToken);
        await committed.PublishAsync(
            context, await store.ReadManifestAsync<Experiment>(reference, context.CancellationToken), reference, dataset);
    }
}

/// <summary>As many chunks at a time as the options say.</summary>
public sealed class ImportChunkConsumerDefinition(IOptions<IngestionOptions> options) : ConsumerDefinition<ImportChunkConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ImportChunkConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = options.Value.Parallelism;
        endpointConfigurator.ConcurrentMessageLimit = options.Value.Parallelism;
    }
}

/// <summary>Notes in the store that a run is cancelled: every stage looks there before it works for the run, and while it does.</summary>
public sealed class CancelRunConsumer(RunLedger ledger) : IConsumer<CancelRun>
{
    public async Task Consume(ConsumeContext<CancelRun> context)
    {
        if (!await ledger.CancelAsync(context.Message, context.CancellationToken))
        {
            throw new PipelineException(
                $"There is no run '{context.Message.RunId}' to cancel; it must be the id of a run as its events and the status list name "
                    + "it.");
        }

        await context.PublishInTimeAsync(new RunCancelled(context.Message.RunId));
    }
}
