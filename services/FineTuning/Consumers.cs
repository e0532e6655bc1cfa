using System.Text.Json;
using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.FineTuning;

/// <summary>An encoder in, one command for each trial out.</summary>
public sealed class EncoderReadyConsumer(IArtifactStore store) : IConsumer<EncoderReady>
{
    public async Task Consume(ConsumeContext<EncoderReady> context)
    {
        var (run, encoder) = context.Message;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, context.CancellationToken);
        await context.PublishInTimeAsync(TrialPlan.Trials(experiment).Select(trial => new RunTrial(run, encoder, trial)));
    }
}

/// <summary>One trial in, its result into the store; whoever finishes the last tells of the set.</summary>
public sealed class RunTrialConsumer(
    IArtifactStore store, TrialRunner runner, TrialSet set, StageEvents events, RunStop stop, PipelineMetrics metrics) : IConsumer<RunTrial>
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
            await events.PublishAsync(context, Stage.FineTuning, new TrialsReady(run, encoderReference, manifest));
    }
}
