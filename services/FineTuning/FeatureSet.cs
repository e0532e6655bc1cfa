using Pipeline.Artifacts;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;

namespace Pipeline.FineTuning;

/// <summary>Fan-in: the vectors of the training split that a run's trials read, shard by shard. What is there is noted under the run, as
/// all runs over a shard share its vectors.</summary>
public sealed class FeatureSet(IArtifactStore store, TrialRunner runner)
{
    private readonly FanIn _fanIn = new(store, TimeProvider.System);

    /// <summary>Every shard in every space of the trials.</summary>
    public static IReadOnlyList<EmbedShard> All(EncoderReady ready, Experiment experiment, DatasetManifest dataset)
    {
        var encoders = ready.Encoders ?? [ready.Encoder];
        var tables =
            from trial in TrialPlan.Trials(experiment)
            let space = TrialArms.Of(trial.Arm).Table(experiment.FineTuning, trial.Readout)
            where space is not null
            select (Encoder: encoders[experiment.Pretraining.PlaceOf(trial.PretrainingSeed)], Space: space.Value, Readout: trial.Readout!);
        return
        [
            .. from table in tables.Distinct()
               from shard in Enumerable.Range(0, FeatureTable.Described(dataset).Count)
               select new EmbedShard(ready.Run, table.Encoder, table.Space, table.Readout, shard),
        ];
    }

    /// <summary>What of the set is not in the store.</summary>
    public async Task<IReadOnlyList<EmbedShard>> MissingAsync(
        IReadOnlyList<EmbedShard> all, Experiment experiment, DatasetManifest dataset, CancellationToken cancellation)
    {
        var found = new Dictionary<EmbedShard, ArtifactReference?>();
        foreach (var table in all.GroupBy(part => (part.Encoder, part.Space, part.Readout)))
        {
            var encoder = await store.ReadManifestAsync<EncoderManifest>(table.Key.Encoder, cancellation);
            var files = await runner.FindEmbeddedAsync(experiment, dataset, encoder, table.First(), cancellation);
            foreach (var part in table)
                found[part] = files[part.Shard];
        }

        EmbedShard[] missing = [.. all.Where(part => found[part] is null)];
        if (missing.Length > 0)
            await NoteAsync(all, found, cancellation);

        return missing;
    }

    /// <summary>Makes the vectors of one shard, unless they are there already.</summary>
    /// <returns>Whether the run has all of its set.</returns>
    public async Task<bool> EmbedAsync(
        IReadOnlyList<EmbedShard> all, EmbedShard part, Experiment experiment, DatasetManifest dataset, CancellationToken cancellation)
    {
        var encoder = await store.ReadManifestAsync<EncoderManifest>(part.Encoder, cancellation);
        var made = await runner.EmbedAsync(experiment, dataset, encoder, part, cancellation);
        var number = all.ToList().IndexOf(part);
        await store.CreateManifestAsync(NoteKey(part.Run, number), made, cancellation);
        string[] Notes() => [.. Enumerable.Range(0, all.Count).Select(other => NoteKey(part.Run, other))];
        return (await _fanIn.GlanceAsync(part.Run.RunId, Folder(part.Run), number, Notes, cancellation)).Count == 0;
    }

    // Others may have made what is there, and it may be deleted at any time: notes of before say nothing.
    private async Task NoteAsync(
        IReadOnlyList<EmbedShard> all, Dictionary<EmbedShard, ArtifactReference?> found, CancellationToken cancellation)
    {
        var noted = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var note in store.ListAsync(Folder(all[0].Run), cancellation))
            noted.Add(note.Key);

        foreach (var (number, part) in all.Index())
        {
            var key = NoteKey(part.Run, number);
            if (found[part] is { } file)
                await store.CreateManifestAsync(key, file, cancellation);
            else if (noted.Contains(key))
                await store.DeleteAsync(key, cancellation);
        }
    }

    private static string Folder(RunReference run) => $"runs/{run.RunId}/features";

    private static string NoteKey(RunReference run, int number) => $"{Folder(run)}/{number:d6}.json";
}
