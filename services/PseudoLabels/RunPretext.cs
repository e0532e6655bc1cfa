using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.PseudoLabels;

/// <summary>
/// Which pretext tasks a run has: those of its experiment, or for <c>auto</c> what the pre-flight chose. The choice lies in the store and is read from there each time, so whoever asks,
/// and however often a message comes, hears the same.
/// </summary>
public sealed class RunPretext(IArtifactStore store, PreFlightMaker preFlights)
{
    /// <returns>The experiment with the tasks that it became, and the pre-flight.</returns>
    /// <exception cref="PipelineException">The experiment names what this version does not know, or is of another modality than the dataset.</exception>
    public async Task<(Experiment Experiment, ArtifactReference PreFlight)> ResolveAsync(RunReference run, DatasetManifest dataset, CancellationToken cancellation)
    {
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, cancellation);
        ExperimentNames.Check(experiment);
        if (experiment.Modality != dataset.Modality)
        {
            throw new PipelineException($"Experiment '{experiment.Name}' is of modality {experiment.Modality}, and dataset '{dataset.Dataset}' holds {dataset.Modality}; valid is an experiment of the dataset's modality.");
        }

        var (reference, preFlight) = await preFlights.MakeAsync(run.Dataset, dataset, experiment, cancellation);
        return (experiment.Pretext is [Experiment.AutoPretext] ? experiment with { Pretext = preFlight.Choice.Tasks } : experiment, reference);
    }
}
