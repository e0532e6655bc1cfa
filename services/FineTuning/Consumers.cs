using System.Text.Json;
using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.FineTuning;

/// <summary>All encoders in, one command for each trial out.</summary>
public sealed class EncoderReadyConsumer(IArtifactStore store) : IConsumer<EncoderReady>
{
    public async Task Consume(ConsumeContext<EncoderReady> context)
    {
        var (run, first, several) = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, context.CancellationToken);
        ArtifactReference Of(Trial trial) => several?[experiment.Pretraining.PlaceOf(trial.PretrainingSeed)] ?? first;
        await context.PublishInTimeAsync(TrialPlan.Trials(experiment).Select(trial => new RunTrial(run, Of(trial), trial)));
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

        var ready = await ledger.FindAsync<EncoderReady>(last.Run.RunId, Stage.Pretraining, cancellation)
            ?? throw new PipelineException($"The store has no record of the encoders of run '{last.Run.RunId}'. Request the run again.");
        return new TrialsReady(last.Run, ready.Encoder, trials, ready.Encoders);
    }
}
