using Pipeline.Artifacts;

namespace Pipeline.FineTuning;

/// <summary>Fan-in: which of a run's trials have their result, and the manifest once all have.</summary>
public sealed class TrialSet(IArtifactStore store)
{
    private readonly FanIn _fanIn = new(store, TimeProvider.System);

    /// <summary>Notes a result for its run. Whoever notes the last gets the manifest of them all.</summary>
    /// <returns>How many of the run's trials are done, as of at most two seconds ago, and the manifest if all are.</returns>
    public async Task<(int Done, ArtifactReference? Trials)> AddAsync(
        string runId, IReadOnlyList<Trial> trials, Trial trial, ArtifactReference result, CancellationToken cancellation)
    {
        var noted = Number(trials, trial);
        await store.CreateManifestAsync(NoteKey(runId, noted), result, cancellation);
        string[] Notes() => [.. Enumerable.Range(0, trials.Count).Select(number => NoteKey(runId, number))];
        var missing = await _fanIn.GlanceAsync(runId, Folder(runId), noted, Notes, cancellation);
        if (missing.Count > 0)
            return (trials.Count - missing.Count, null);

        var results = new List<ArtifactReference>();
        for (var number = 0; number < trials.Count; number++)
            results.Add(await store.ReadManifestAsync<ArtifactReference>(NoteKey(runId, number), cancellation));

        var manifest = await store.CreateManifestAsync($"runs/{runId}/trials.json", new TrialsManifest(results), cancellation);
        return (trials.Count, manifest.Reference);
    }

    /// <summary>How many of the run's trials have their result.</summary>
    public async Task<int> CountAsync(string runId, CancellationToken cancellation)
    {
        var done = 0;
        await foreach (var _ in store.ListAsync(Folder(runId), cancellation))
            done++;

        return done;
    }

    private static int Number(IReadOnlyList<Trial> trials, Trial trial) => trials.ToList().IndexOf(trial);

    private static string Folder(string runId) => $"runs/{runId}/trials";

    private static string NoteKey(string runId, int number) => $"{Folder(runId)}/{number:d5}.json";
}
