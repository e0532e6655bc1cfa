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
}
