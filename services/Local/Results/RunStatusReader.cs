using Pipeline.Artifacts;
using Pipeline.Contracts;
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
            return new RunStatus(run, Stage.Evaluation, reached.Verdict, started, null);
        }

        if (await ledger.FindAsync<TrialsReady>(run, Stage.FineTuning, cancellation) is not null)
        {
            return new RunStatus(run, Stage.Evaluation, null, started, null);
        }

        if (await ledger.FindAsync<EncoderReady>(run, Stage.Pretraining, cancellation) is not null)
        {
            return new RunStatus(run, Stage.FineTuning, null, started, null);
        }

        return await ledger.FindAsync<PseudoLabelsReady>(run, Stage.PseudoLabels, cancellation) is { } labels
            ? new RunStatus(run, Stage.Pretraining, null, started, await CheckpointStepAsync(labels, cancellation))
            : new RunStatus(run, Stage.PseudoLabels, null, started, null);
    }

    private async Task<long> CheckpointStepAsync(PseudoLabelsReady labels, CancellationToken cancellation)
    {
        var plan = await PretrainingPlan.ReadAsync(store, labels.Run, labels.PseudoLabels, cancellation);
        var step = 0L;
        await foreach (var checkpoint in store.ListAsync(plan.CheckpointPrefix, cancellation))
        {
            step = long.Parse(Path.GetFileNameWithoutExtension(checkpoint.Key));
        }

        return step;
    }
}
