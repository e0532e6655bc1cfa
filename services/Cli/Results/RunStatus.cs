using Pipeline.Artifacts;
using Pipeline.FineTuning;
using Pipeline.Hosting.Runs;
using Pipeline.Pretraining;

namespace Pipeline.Cli.Results;

/// <summary>How far a run is. The names are those of <c>status --json</c>, which docs/commands.md describes.</summary>
/// <param name="Stage">The stage that it is in, or ended in.</param>
/// <param name="Verdict">Null as long as it is not finished.</param>
/// <param name="Started">When its dataset was committed.</param>
/// <param name="Step">Of its newest checkpoint, over all its encoders; null outside pretraining.</param>
/// <param name="Steps">Of the whole pretraining; null outside it, and where only the samples tell.</param>
/// <param name="TrialsDone">Null outside fine-tuning.</param>
/// <param name="Trials">Of the whole run; null outside fine-tuning.</param>
internal sealed record RunStatus(
    string RunId,
    Stage Stage,
    Verdict? Verdict,
    DateTimeOffset Started,
    long? Step = null,
    long? Steps = null,
    int? TrialsDone = null,
    int? Trials = null,
    RunState State = RunState.Running,
    RunFailure? Failure = null)
{
    public IReadOnlyList<string> Cells => [RunId, Where, Started.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss"), Count];

    public static void WriteTable(TextWriter output, IEnumerable<RunStatus> runs) =>
        TextTable.Write(output, ["run", "stage", "started", "step"], runs.Select(run => run.Cells), "lllr");

    private string Where => (State, Failure) switch
    {
        (RunState.Finished, _) => $"finished: {Words.Of(Verdict!.Value)}",
        (RunState.Cancelled, _) => $"{Words.Of(Stage)}, cancelled",
        (RunState.Failed, { } failure) => $"{Words.Of(failure.Stage)} failed: {failure.Reason}",
        _ => Words.Of(Stage),
    };

    private string Count => (Step, Trials) switch
    {
        ({ } step, _) => Steps is { } steps ? $"{step}/{steps}" : $"{step}",
        (_, { } trials) => $"{TrialsDone}/{trials} trials",
        _ => "",
    };
}

/// <summary>What becomes of a run. Whether anybody works for a running one now, the store cannot tell.</summary>
public enum RunState { Running, Finished, Failed, Cancelled }

/// <param name="Stage">That failed; others may have gone on.</param>
/// <param name="ErrorQueue">Where the message lies that could not be handled; null in the one-process shape.</param>
internal sealed record RunFailure(Stage Stage, string Reason, string? ErrorQueue);

/// <summary>Reads from the store how far its runs are.</summary>
internal sealed class RunStatusReader(IArtifactStore store, RunLedger ledger)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RunStatus>> ReadAllAsync(CancellationToken cancellation = default)
    {
        var runs = new List<RunStatus>();
        foreach (var (run, started) in await ledger.ListAsync(cancellation))
            runs.Add(await ReadAsync(run, started, cancellation));
        return runs;
    }

    private async Task<RunStatus> ReadAsync(string run, DateTimeOffset started, CancellationToken cancellation)
    {
        var status = new RunStatus(run, Stage.PseudoLabels, null, started);
        if (await ledger.FindAsync<VerdictReached>(run, Stage.Evaluation, cancellation) is { } reached)
            return status with { Stage = Stage.Evaluation, Verdict = reached.Verdict, State = RunState.Finished };
        status = await UnfinishedAsync(status, cancellation);
        var failure = await ledger.FindFailureAsync(run, cancellation) is { } failed
            ? new RunFailure(failed.Stage, failed.Reason, failed.ErrorQueue) : null;
        var cancelled = await ledger.IsCancelledAsync(run, cancellation);
        var state = cancelled ? RunState.Cancelled : failure is null ? RunState.Running : RunState.Failed;
        return status with { State = state, Failure = failure };
    }

    private async Task<RunStatus> UnfinishedAsync(RunStatus status, CancellationToken cancellation)
    {
        if (await ledger.FindAsync<TrialsReady>(status.RunId, Stage.FineTuning, cancellation) is not null)
            return status with { Stage = Stage.Evaluation };
        if (await ledger.FindAsync<EncoderReady>(status.RunId, Stage.Pretraining, cancellation) is { } encoder)
        {
            var experiment = await store.ReadManifestAsync<Experiment>(encoder.Run.Experiment.Key, cancellation);
            var done = await new TrialSet(store).CountAsync(status.RunId, cancellation);
            return status with { Stage = Stage.FineTuning, TrialsDone = done, Trials = TrialPlan.Trials(experiment).Count };
        }

        if (await ledger.FindAsync<PseudoLabelsReady>(status.RunId, Stage.PseudoLabels, cancellation) is not { } labels)
            return status;
        var (step, steps) = (0L, (long?)0);
        foreach (var (first, _) in await new RunEncoders(store, ledger).FindAsync(labels, cancellation))
        {
            var plan = await PretrainingPlan.ReadAsync(store, first.Run, first.PseudoLabels, first.Seed, cancellation);
            var newest = 0L;
            await foreach (var checkpoint in store.ListAsync(plan.CheckpointPrefix, cancellation))
                newest = long.Parse(Path.GetFileNameWithoutExtension(checkpoint.Key));
            (step, steps) = (step + newest, steps + plan.Steps);
        }

        return status with { Stage = Stage.Pretraining, Step = step, Steps = steps };
    }
}
