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

/// <summary>Reads what a command asks to run.</summary>
public sealed class RunRequests(IArtifactStore store, DropExperiments onDrops, DatasetPlaces places)
{
    /// <returns>The source is null where the experiment only waits for drops.</returns>
    public async Task<(Experiment Experiment, ArtifactReference Reference, string? Source)> AcceptAsync(
        RunExperiment command, CancellationToken cancellation)
    {
        var (json, source, again, stored) = command;
        var experiment = stored is not null ? await store.ReadManifestAsync<Experiment>(stored, cancellation)
            : json is { } said ? ExperimentFile.Parse(said)
            : throw new PipelineException(
                "The command has neither 'experiment' nor 'stored'; 'experiment' must be an object with the keys of docs/experiment.md.");
        var reference = stored ?? await ExperimentArtifact.PutAsync(store, experiment, cancellation);
        if (again)
            await onDrops.AddAsync(experiment, reference, cancellation);

        return (experiment, reference, source ?? (again ? null : places.Of(experiment.Data)));
    }
}

/// <summary>An experiment and a source in; a command for each chunk out, or the dataset version if it exists already.</summary>
public sealed class RunExperimentConsumer(
    RunRequests requests, ImportPlanner planner, DatasetCommitter committer, CommittedDataset committed, PipelineMetrics metrics)
    : IConsumer<RunExperiment>
{
    public async Task Consume(ConsumeContext<RunExperiment> context)
    {
        var cancellation = context.CancellationToken;
        var (experiment, reference, source) = await requests.AcceptAsync(context.Message, cancellation);
        if (source is null)
            return;

        var reading = new Reading(context);
        var planned = await planner.PlanAsync(experiment, source, reading, cancellation);
        await reading.Told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        metrics.Parts(Stage.Ingestion, planned.Made.Parts);
        metrics.Images(Stage.Ingestion, planned.Made.Items);
        if (planned.Dataset is { } dataset)
        {
            await committed.PublishAgainAsync(context, experiment, reference, dataset);
            return;
        }

        var (plan, content) = planned.Plan!.Value;
        var missing = await committer.MissingAsync(content, cancellation);
        if (missing.Count == 0)
        {
            var made = await committer.CommitAsync(content, cancellation);
            await committed.PublishAsync(context, experiment, reference, made);
            return;
        }

        await context.PublishInTimeAsync(
            new StageProgressed(
                null, Stage.Ingestion, content.Chunks.Count - missing.Count, content.Chunks.Count, $"{content.Items} files"));
        await context.PublishInTimeAsync(missing.Select(chunk => new ImportChunk(reference, plan, chunk)));
    }

    /// <summary>Tells how many files have been read, each time that the last message has gone out.</summary>
    private sealed class Reading(IPublishEndpoint bus) : IProgress<long>
    {
        public Task Told { get; private set; } = Task.CompletedTask;

        public void Report(long value)
        {
            if (Told.IsCompleted)
                Told = bus.PublishInTimeAsync(new StageProgressed(null, Stage.Ingestion, 0, 0, $"{value} files read"));
        }
    }
}

/// <summary>A complete drop in; a command for every experiment that waits for the dataset's drops out.</summary>
public sealed class IngestDatasetConsumer(DropExperiments onDrops, DatasetPlaces places, ILogger<IngestDatasetConsumer> log)
    : IConsumer<IngestDataset>
{
    public async Task Consume(ConsumeContext<IngestDataset> context)
    {
        var (dataset, source) = context.Message;
        var waiting = await onDrops.ListAsync(dataset, context.CancellationToken);
        log.LogInformation("A drop into {Dataset} is complete; {Experiments} experiments wait for it", dataset, waiting.Count);
        foreach (var reference in waiting)
            await context.PublishInTimeAsync(new RunExperiment(Source: source ?? places.Of(dataset), Stored: reference));
    }
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
            await importer.ImportAsync(plan, chunk, context.CancellationToken);
            metrics.Part(Stage.Ingestion);
            metrics.Images(Stage.Ingestion, plan.Chunks[chunk].Items);
            var missing = await committer.LeftAsync(plan, chunk, context.CancellationToken);
            await context.PublishInTimeAsync(
                new StageProgressed(null, Stage.Ingestion, plan.Chunks.Count - missing.Count, plan.Chunks.Count, $"{plan.Items} files"));
            if (missing.Count > 0 && await committer.FindAsync(plan, context.CancellationToken) is null)
                return;
        }

        var dataset = await committer.CommitAsync(plan, context.CancellationToken);
        var experiment = await store.ReadManifestAsync<Experiment>(reference, context.CancellationToken);
        await committed.PublishAsync(context, experiment, reference, dataset);
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

/// <summary>Records in the store that a run is cancelled: every stage looks there before and while it works for the run.</summary>
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
