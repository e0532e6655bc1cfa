using System.Runtime.CompilerServices;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>Opens the parts of an import, one at a time.</summary>
internal sealed class PartReader(IArtifactStore store, ImportPlan plan)
{
    /// <returns>The part and, where it has rows, its file.</returns>
    public async Task<(ImportPart Part, SafetensorsFile? File)> OpenAsync(int chunk, CancellationToken cancellation)
    {
        var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
        return (part, part.File is null ? null : SafetensorsFile.Open(await store.MaterializeAsync(part.File, cancellation)));
    }

    /// <summary>Where the rows of a part came from, in their order.</summary>
    public async IAsyncEnumerable<ImportedItem> ItemsAsync(ImportPart part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (part.Items is null)
        {
            yield break;
        }

        await foreach (var item in JsonLines.ReadAsync<ImportedItem>(await store.OpenReadAsync(part.Items.Key, cancellation), cancellation))
        {
            yield return item;
        }
    }
}
