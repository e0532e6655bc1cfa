using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Experiments;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Consumers;

/// <summary>An experiment and a source in; a command for each chunk out, or the dataset version if it is there already. One for drops only waits for them.</summary>
public sealed class RunExperimentConsumer(
    IArtifactStore store, ImportPlanner planner, DatasetCommitter committer, CommittedDataset committed, DropExperiments onDrops, DatasetPlaces places, RunLedger ledger)
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

        var planned = await planner.PlanAsync(experiment, source ?? places.Of(experiment.Data), cancellation: context.CancellationToken);
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
}
