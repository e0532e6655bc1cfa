using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Experiments;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Consumers;

/// <summary>An experiment and a source in; a command for each chunk out, or the dataset version if it is there already. One for drops only waits for them.</summary>
public sealed class RunExperimentConsumer(
    IArtifactStore store, ImportPlanner planner, DatasetCommitter committer, CommittedDataset committed, DropExperiments onDrops, DatasetPlaces places, RunLedger ledger, PipelineMetrics metrics)
    : IConsumer<RunExperiment>
{
    public async Task Consume(ConsumeContext<RunExperiment> context)
    {
        var (json, source, again) = context.Message;
        var experiment = ExperimentArtifact.FromJson(json, ExperimentVocabulary.Open);
        var reference = await ExperimentArtifact.PutAsync(store, experiment, context.CancellationToken);
        if (again)
        {
            await onDrops.AddAsync(experiment, reference, context.CancellationToken);
            if (source is null)
            {
                return;
            }
        }

        var reading = new Reading(context);
        var planned = await planner.PlanAsync(experiment, source ?? places.Of(experiment.Data), reading, context.CancellationToken);
        await reading.Told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        metrics.Parts(Stage.Ingestion, planned.EagerParts);
        metrics.Images(Stage.Ingestion, planned.EagerItems);
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
            await committed.PublishAsync(context, experiment, reference, await committer.CommitAsync(content, cancellation: context.CancellationToken));
            return;
        }

        await context.PublishInTimeAsync(new StageProgressed(null, Stage.Ingestion, content.Chunks.Count - missing.Count, content.Chunks.Count, $"{content.Items} files"));
        await context.PublishInTimeAsync(missing.Select(chunk => new ImportChunk(reference, plan, chunk)));
    }

    /// <summary>Tells whoever follows how many files have been read, each time that the last word has gone out.</summary>
    private sealed class Reading(IPublishEndpoint bus) : IProgress<IngestionProgress>
    {
        public Task Told { get; private set; } = Task.CompletedTask;

        public void Report(IngestionProgress value)
        {
            if (Told.IsCompleted)
            {
                Told = bus.PublishInTimeAsync(new StageProgressed(null, Stage.Ingestion, 0, 0, $"{value.Done} files read"));
            }
        }
    }
}
