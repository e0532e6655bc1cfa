using Pipeline.Artifacts;

namespace Pipeline.Hosting.Runs;

/// <summary>What each stage said about a run, under <c>runs/RUN/</c>: written before it is published, so that the store alone tells how far
/// a run is and what its result came from. Beside it, why a run failed, and that somebody cancelled it.</summary>
public sealed class RunLedger(IArtifactStore store)
{
    public const string Root = "runs";

    /// <summary>Records an event; a second time changes nothing.</summary>
    public Task RecordAsync<T>(Stage stage, T said, CancellationToken cancellation = default)
        where T : class, IRunMessage => store.CreateManifestAsync(Key(said.Run.RunId, stage), said, cancellation);

    /// <summary>What a stage said last about a run; null when it has not finished its part.</summary>
    public async Task<T?> FindAsync<T>(string runId, Stage stage, CancellationToken cancellation = default)
        where T : class, IRunMessage => (await store.FindManifestAsync<T>(Key(runId, stage), cancellation))?.Content;

    /// <summary>The ids of all runs in the store, with the time at which each got its dataset; newest first.</summary>
    public async Task<IReadOnlyList<(string RunId, DateTimeOffset Started)>> ListAsync(CancellationToken cancellation = default)
    {
        var runs = new List<(string RunId, DateTimeOffset Started)>();
        await foreach (var found in store.ListAsync(Root, cancellation))
        {
            if (found.Key.Split('/') is [Root, var run, var file] && file == FileName(Stage.Ingestion))
                runs.Add((run, found.Modified));
        }

        return [.. runs.OrderByDescending(run => run.Started)];
    }

    /// <summary>Keeps the first failure of a run. One from before its dataset belongs to no run: the error queue alone keeps it.</summary>
    public async Task RecordFailureAsync(RunFailed failed, CancellationToken cancellation = default)
    {
        if (failed.RunId is { } runId && ArtifactKey.IsValid(runId))
            await store.CreateManifestAsync(FailureKey(runId), failed, cancellation);
    }

    /// <summary>Why the run stands still; null where it does not.</summary>
    public async Task<RunFailed?> FindFailureAsync(string runId, CancellationToken cancellation = default) =>
        (await store.FindManifestAsync<RunFailed>(FailureKey(runId), cancellation))?.Content;

    /// <returns>False where no run of that id has its dataset.</returns>
    public async Task<bool> CancelAsync(CancelRun command, CancellationToken cancellation = default)
    {
        if (!ArtifactKey.IsValid(command.RunId) || await store.FindAsync(Key(command.RunId, Stage.Ingestion), cancellation) is null)
            return false;
        await store.CreateManifestAsync(CancelKey(command.RunId), command, cancellation);
        return true;
    }

    public async Task<bool> IsCancelledAsync(string runId, CancellationToken cancellation = default) =>
        await store.FindAsync(CancelKey(runId), cancellation) is not null;

    /// <summary>Takes back a failure, a cancellation and all notes of what was told, so that the run goes on from wherever it is.</summary>
    public async Task ReopenAsync(string runId, CancellationToken cancellation = default)
    {
        await store.DeleteAsync(FailureKey(runId), cancellation);
        await store.DeleteAsync(CancelKey(runId), cancellation);
        foreach (var stage in Enum.GetValues<Stage>())
            await store.DeleteAsync(ToldKey(runId, stage), cancellation);
    }

    /// <summary>Takes back a failure alone: what failed is tried again. A cancelled run stays cancelled.</summary>
    public Task TakeBackFailureAsync(string runId, CancellationToken cancellation = default) =>
        ArtifactKey.IsValid(runId) ? store.DeleteAsync(FailureKey(runId), cancellation) : Task.CompletedTask;

    /// <summary>Where it is noted that a stage's event is out.</summary>
    internal static string ToldKey(string runId, Stage stage) => $"{Root}/{runId}/told/{stage.Name()}.json";

    private static string Key(string runId, Stage stage) => $"{Root}/{runId}/{FileName(stage)}";

    private static string FailureKey(string runId) => $"{Root}/{runId}/failed.json";

    private static string CancelKey(string runId) => $"{Root}/{runId}/cancelled.json";

    private static string FileName(Stage stage) => stage switch
    {
        Stage.Ingestion => "1-dataset.json",
        Stage.PseudoLabels => "2-pseudo-labels.json",
        Stage.Pretraining => "3-encoder.json",
        Stage.FineTuning => "4-trials.json",
        _ => "5-verdict.json",
    };
}
