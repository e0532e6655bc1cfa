using Pipeline.Artifacts;

namespace Pipeline.Experiments;

/// <summary>Which experiments run each time a drop into a dataset is complete: the newest of each name.</summary>
public sealed class DropExperiments(IArtifactStore store)
{
    /// <summary>Another experiment of the same name takes the place of the one before.</summary>
    public async Task AddAsync(Experiment experiment, ArtifactReference reference, CancellationToken cancellation)
    {
        var key = $"{Folder(experiment.Data)}/{experiment.Name}.json";
        if (await store.FindManifestAsync<ArtifactReference>(key, cancellation) is { } found && found.Content != reference)
            await store.DeleteAsync(key, cancellation);

        await store.CreateManifestAsync(key, reference, cancellation);
    }

    /// <exception cref="PipelineException">It is not the name of a dataset.</exception>
    public async Task<IReadOnlyList<ArtifactReference>> ListAsync(string dataset, CancellationToken cancellation)
    {
        if (!ArtifactKey.IsValid(dataset) || dataset.Contains('/', StringComparison.Ordinal))
        {
            throw new PipelineException(
                $"'{dataset}' is not the name of a dataset; must be letters, digits, '.', '_' and '-', not starting with '.'.");
        }

        var found = new List<ArtifactReference>();
        await foreach (var artifact in store.ListAsync(Folder(dataset), cancellation))
            found.Add(await store.ReadManifestAsync<ArtifactReference>(artifact.Key, cancellation));

        return found;
    }

    /// <summary>The experiments themselves.</summary>
    /// <exception cref="PipelineException">It is not the name of a dataset.</exception>
    public async Task<IReadOnlyList<Experiment>> ReadAsync(string dataset, CancellationToken cancellation = default)
    {
        var found = new List<Experiment>();
        foreach (var reference in await ListAsync(dataset, cancellation))
            found.Add(await store.ReadManifestAsync<Experiment>(reference.Key, cancellation));
        return found;
    }

    private static string Folder(string dataset) => $"experiments/on-drop/{dataset}";
}
