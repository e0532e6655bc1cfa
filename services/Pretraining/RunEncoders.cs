using Pipeline.Artifacts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Pretraining;

/// <summary>Fan-in: the encoders of a run, one for each pretraining seed of its experiment.</summary>
public sealed class RunEncoders(IArtifactStore store, RunLedger ledger)
{
    /// <summary>The first slice of each encoder, and its manifest where it is trained already; in the order of the seeds.</summary>
    public async Task<IReadOnlyList<(TrainSlice First, ArtifactReference? Encoder)>> FindAsync(
        PseudoLabelsReady ready, CancellationToken cancellation)
    {
        var experiment = await store.ReadManifestAsync<Experiment>(ready.Run.Experiment, cancellation);
        var found = new List<(TrainSlice, ArtifactReference?)>();
        foreach (var (place, seed) in experiment.Pretraining.AllSeeds.Index())
        {
            var slice = new TrainSlice(ready.Run, ready.BySeed?[place] ?? ready.PseudoLabels, Slice: 0, Step: 0, seed);
            var plan = await PretrainingPlan.ReadAsync(store, slice.Run, slice.PseudoLabels, seed, cancellation);
            found.Add((slice, (await store.FindManifestAsync<EncoderManifest>(plan.ManifestKey, cancellation))?.Reference));
        }

        return found;
    }

    /// <summary>All encoders, asked once one of them is trained; null as long as another is missing.</summary>
    /// <exception cref="PipelineException">The store has no record of the run's pseudo-labels.</exception>
    public async Task<IReadOnlyList<ArtifactReference>?> AllAsync(
        RunReference run, ArtifactReference trained, CancellationToken cancellation)
    {
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, cancellation);
        if (experiment.Pretraining.AllSeeds.Count == 1)
            return [trained];

        var ready = await ledger.FindAsync<PseudoLabelsReady>(run.RunId, Stage.PseudoLabels, cancellation)
            ?? throw new PipelineException($"The store has no record of the pseudo-labels of run '{run.RunId}'. Request the run again.");
        var encoders = (await FindAsync(ready, cancellation)).Select(found => found.Encoder).OfType<ArtifactReference>().ToList();
        return encoders.Count == experiment.Pretraining.AllSeeds.Count ? encoders : null;
    }
}
