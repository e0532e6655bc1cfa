using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>The dataset versions that lie in a store, whatever became of the runs over them.</summary>
public sealed class CommittedDatasets(IArtifactStore store)
{
    /// <param name="dataset">One only; null for all.</param>
    /// <returns>The newest version of each dataset, in ordinal order of their names.</returns>
    public async Task<IReadOnlyList<DatasetVersion>> NewestAsync(string? dataset = null, CancellationToken cancellation = default)
    {
        var newest = new SortedDictionary<string, DatasetVersion>(StringComparer.Ordinal);
        await foreach (var plan in ImportPlans.NewestFirstAsync(store, cancellation))
        {
            // The newest import may be under way, or have come to nothing.
            if ((dataset is null || dataset == plan.Dataset) && !newest.ContainsKey(plan.Dataset)
                && await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation) is { Content: var manifest })
            {
                newest.Add(plan.Dataset, new DatasetVersion(plan.DatasetRoot.Split('/')[^1], manifest));
            }

            if (dataset is not null && newest.Count > 0)
            {
                break;
            }
        }

        return [.. newest.Values];
    }
}

/// <param name="Version">Its content key: the last segment of where it lies.</param>
public sealed record DatasetVersion(string Version, DatasetManifest Manifest);
