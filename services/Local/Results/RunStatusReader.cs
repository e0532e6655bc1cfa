using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.FineTuning;
using Pipeline.Hosting.Runs;
using Pipeline.Pretraining;

namespace Pipeline.Local.Results;

/// <summary>Reads from the store how far its runs are.</summary>
internal sealed class RunStatusReader(IArtifactStore store, RunLedger ledger)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RunStatus>> ReadAllAsync(CancellationToken cancellation = default)
    {
        var runs = new List<RunStatus>();
        foreach (var (run, started) in await ledger.ListAsync(cancellation))
        {
            runs.Add(await ReadAsync(run, started, cancellation));
        }

        return runs;
    }

    private async Task<RunStatus> ReadAsync(string run, DateTimeOffset started, CancellationToken cancellation)
    {
        if (await ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is { } reached)
        {
            return new RunStatus(run, Stage.Evaluation, reached.Verdict, started, State: RunState.Finished);
        }

        var status = await UnfinishedAsync(run, started, cancellation);
        var failure = await ledger.FindFailureAsync(run, cancellation) is { } failed ? new RunFailure(failed.Stage, failed.Reason, failed.ErrorQueue) : null;
        var cancelled = await ledger.IsCancelledAsync(run, cancellation);
        return status with { State = cancelled ? RunState.Cancelled : failure is null ? RunState.Running : RunState.Failed, Failure = failure };
    }

    private async Task<RunStatus> UnfinishedAsync(string run, DateTimeOffset started, CancellationToken cancellation)
    {
        if (await ledger.FindAsync<TrialsReady>(run, Stage.FineTuning, cancellation) is not null)
        {
            return new RunStatus(run, Stage.Evaluation, null, started);
        }

        if (await ledger.FindAsync<EncoderReady>(run, Stage.Pretraining, cancellation) is { } encoder)
        {
            var experiment = await store.ReadManifestAsync<Experiment>(encoder.Run.Experiment.Key, cancellation);
            return new RunStatus(
                run,
                Stage.FineTuning,
                null,
                started,
                TrialsDone: await new TrialSet(store).CountAsync(run, cancellation),
                Trials: TrialPlan.Trials(experiment.FineTuning).Count);
        }

        return await ledger.FindAsync<PseudoLabelsReady>(run, Stage.PseudoLabels, cancellation) is { } labels
            ? await PretrainingAsync(new RunStatus(run, Stage.Pretraining, null, started), labels, cancellation)
            : new RunStatus(run, Stage.PseudoLabels, null, started);
    }

    private async Task<RunStatus> PretrainingAsync(RunStatus status, PseudoLabelsReady labels, CancellationToken cancellation)
    {
        var plan = await PretrainingPlan.ReadAsync(store, labels.Run, labels.PseudoLabels, cancellation);
        var step = 0L;
        await foreach (var checkpoint in store.ListAsync(plan.CheckpointPrefix, cancellation))
        {
            step = long.Parse(Path.GetFileNameWithoutExtension(checkpoint.Key));
        }

        return status with { Step = step, Steps = plan.Steps };
    }
}
