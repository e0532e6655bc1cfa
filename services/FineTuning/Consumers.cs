using System.Text.Json;
using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.FineTuning;

/// <summary>All encoders in; one command for each shard whose vectors are missing out, or for each trial if none is.</summary>
public sealed class EncoderReadyConsumer(IArtifactStore store, FeatureSet features) : IConsumer<EncoderReady>
{
    public async Task Consume(ConsumeContext<EncoderReady> context)
    {
        var ready = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(ready.Run.Experiment, context.CancellationToken);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(ready.Run.Dataset, context.CancellationToken);
        var all = FeatureSet.All(ready, experiment, dataset);
        var missing = await features.MissingAsync(all, experiment, dataset, context.CancellationToken);
        if (missing.Count > 0)
            await context.PublishInTimeAsync(missing.AsEnumerable());
        else
            await context.PublishInTimeAsync(TrialPlan.Commands(ready, experiment).AsEnumerable());
    }
}

/// <summary>One shard in, its vectors into the store; whoever makes the last sends one command for each trial.</summary>
public sealed class EmbedShardConsumer(
    IArtifactStore store, RunLedger ledger, FeatureSet features, RunStop stop, PipelineMetrics metrics) : IConsumer<EmbedShard>
{
    public async Task Consume(ConsumeContext<EmbedShard> context)
    {
        var part = context.Message;
        await using var watch = stop.For(part.Run.RunId);
        var experiment = await store.ReadManifestAsync<Experiment>(part.Run.Experiment, watch.Token);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(part.Run.Dataset, watch.Token);
        var ready = await ledger.ReadEncodersAsync(part.Run, watch.Token);
        var all = FeatureSet.All(ready, experiment, dataset);
        var complete = await features.EmbedAsync(all, part, experiment, dataset, watch.Token);
        metrics.Part(Stage.FineTuning);
        var trials = TrialPlan.Commands(ready, experiment);
        await context.PublishInTimeAsync(
            new StageProgressed(part.Run.RunId, Stage.FineTuning, 0, trials.Count, $"features of shard {part.Shard + 1}"));
        if (complete)
            await context.PublishInTimeAsync(trials.AsEnumerable());
    }
}

/// <summary>One trial in, its result into the store; whoever finishes the last tells of the set.</summary>
public sealed class RunTrialConsumer(
    IArtifactStore store, TrialRunner runner, TrialSet set, RunLedger ledger, StageEvents events, RunStop stop, PipelineMetrics metrics)
    : IConsumer<RunTrial>
{
    public async Task Consume(ConsumeContext<RunTrial> context)
    {
        var (run, encoderReference, trial) = context.Message;
        await using var watch = stop.For(run.RunId);
        var stopping = watch.Token;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, stopping);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, stopping);
        var encoder = await store.ReadManifestAsync<EncoderManifest>(encoderReference, stopping);
        var result = await runner.RunAsync(experiment, dataset, encoder, trial, stopping);

        var trials = TrialPlan.Trials(experiment);
        var (done, manifest) = await set.AddAsync(run.RunId, trials, trial, result, stopping);
        metrics.Part(Stage.FineTuning);
        var arm = JsonNamingPolicy.KebabCaseLower.ConvertName(trial.Arm.ToString());
        await context.PublishInTimeAsync(
            new StageProgressed(run.RunId, Stage.FineTuning, done, trials.Count, $"{arm} at {trial.Labels} labels"));
        if (manifest is not null)
            await events.PublishAsync(context, Stage.FineTuning, await ReadyAsync(context.Message, experiment, manifest, stopping));
    }

    // Trials know one encoder each.
    private async Task<TrialsReady> ReadyAsync(
        RunTrial last, Experiment experiment, ArtifactReference trials, CancellationToken cancellation)
    {
        if (experiment.Pretraining.AllSeeds.Count == 1)
            return new TrialsReady(last.Run, last.Encoder, trials);

        var ready = await ledger.ReadEncodersAsync(last.Run, cancellation);
        return new TrialsReady(last.Run, ready.Encoder, trials, ready.Encoders);
    }
}

/// <summary>The encoders of a run, for messages that know one of them.</summary>
internal static class RecordedEncoders
{
    /// <exception cref="Contracts.PipelineException">The store has no record of them.</exception>
    public static async Task<EncoderReady> ReadEncodersAsync(
        this RunLedger ledger, RunReference run, CancellationToken cancellation) =>
        await ledger.FindAsync<EncoderReady>(run.RunId, Stage.Pretraining, cancellation)
            ?? throw new Contracts.PipelineException(
                $"The store has no record of the encoders of run '{run.RunId}'. Request the run again.");
}
