using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Connecting;
using Pipeline.Experiments;

namespace Pipeline.Cli.Running;

/// <summary>A drop in one process: every experiment of its dataset that the store knows, one after the other.</summary>
internal static class LocalDrop
{
    /// <returns>The exit code: 0 where all runs are finished.</returns>
    public static async Task<int> RunAsync(string folder, string dataset, string store, string? device, int? threads)
    {
        var worst = ExitCode.Success;
        foreach (var experiment in await FindAsync(OpenedStore.Existing(store), dataset))
        {
            Console.WriteLine($"{experiment.Name} over {folder}");
            var code = await LocalRun.RunAsync(new RunSettings(experiment, folder, store, device, threads));
            if (code == ExitCode.Interrupted)
                return code;
            worst = Math.Max(worst, code);
        }

        return worst;
    }

    /// <summary>Those that are registered for drops; where none is, the newest of each name among all that say this dataset.</summary>
    /// <exception cref="PipelineException">There is none, or it is not the name of a dataset.</exception>
    public static async Task<IReadOnlyList<Experiment>> FindAsync(
        FolderArtifactStore store, string dataset, CancellationToken cancellation = default)
    {
        var registered = await new DropExperiments(store).ReadAsync(dataset, cancellation);
        if (registered.Count > 0)
            return registered;
        var known = await AllAsync(store, dataset, cancellation);
        return known.Count > 0
            ? known
            : throw new PipelineException(
                $"No experiment in {store.Root} has the data '{dataset}'; 'run EXPERIMENT.yaml --on-drops' registers one.");
    }

    private static async Task<IReadOnlyList<Experiment>> AllAsync(FolderArtifactStore store, string dataset, CancellationToken cancellation)
    {
        var found = new List<(Experiment Experiment, DateTimeOffset Modified)>();
        await foreach (var artifact in store.ListAsync(ExperimentArtifact.Folder, cancellation))
        {
            // Below further folders lie references.
            if (artifact.Key.Count(letter => letter == '/') == 1
                && await store.ReadManifestAsync<Experiment>(artifact.Key, cancellation) is var experiment && experiment.Data == dataset)
            {
                found.Add((experiment, artifact.Modified));
            }
        }

        return [.. found.GroupBy(known => known.Experiment.Name).Select(same => same.MaxBy(known => known.Modified).Experiment)];
    }
}
