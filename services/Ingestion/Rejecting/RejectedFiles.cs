using System.Runtime.CompilerServices;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Rejecting;

/// <summary>Finds in the store what was rejected, dataset by dataset: of its newest import, also while that is under way or after it
/// failed.</summary>
public sealed class RejectedFiles(IArtifactStore store)
{
    /// <param name="dataset">One only; null for all.</param>
    /// <returns>Each dataset of which there is an import, with what was rejected in it; ordinal order.</returns>
    public async IAsyncEnumerable<(string Dataset, IAsyncEnumerable<Rejection> Rejections)> ListAsync(
        string? dataset, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var newest = await ImportPlans.NewestAsync(store, dataset, plan => Task.FromResult<ImportPlan?>(plan), cancellation);
        foreach (var (name, plan) in newest)
            yield return (name, OfAsync(plan, cancellation));
    }

    private async IAsyncEnumerable<Rejection> OfAsync(ImportPlan plan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation) is { Content.Rejections: var file })
        {
            if (file is null)
                yield break;

            await foreach (var rejection in JsonLines.ReadAsync<Rejection>(await store.OpenReadAsync(file.Key, cancellation), cancellation))
                yield return rejection;

            yield break;
        }

        foreach (var rejection in plan.Rejections)
            yield return rejection;

        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            var part = await store.FindManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
            foreach (var rejection in part?.Content.Rejections ?? [])
                yield return rejection;
        }
    }
}
