using System.Runtime.CompilerServices;
using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Importing;

/// <summary>The plans that lie in a store: they stay when their import is committed, and so tell which one is the newest.</summary>
internal static class ImportPlans
{
    /// <returns>All of them, the newest first; each is read when it is its turn.</returns>
    public static async IAsyncEnumerable<ImportPlan> NewestFirstAsync(IArtifactStore store, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var found = new List<ArtifactInfo>();
        await foreach (var artifact in store.ListAsync(ImportPlan.Folder, cancellation))
        {
            if (ImportPlan.IsPlan(artifact.Key))
            {
                found.Add(artifact);
            }
        }

        foreach (var plan in found.OrderByDescending(plan => plan.Modified))
        {
            yield return await store.ReadManifestAsync<ImportPlan>(plan.Key, cancellation);
        }
    }
}
