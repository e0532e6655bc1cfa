using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Sources;

/// <summary>A folder of the lake in one of the layouts that ingestion knows.</summary>
public interface ILakeSource : IDisposable
{
    /// <summary>Such as <c>files</c> or <c>idx</c>.</summary>
    string Layout { get; }

    /// <summary>Whether its items are image files, which are decoded; else they are pixels.</summary>
    bool HasFiles { get; }

    /// <summary>
    /// Reads every file that the dataset depends on, once. SHA-256 over the sorted (path, length, SHA-256 of the bytes): equal content in equal files
    /// gives an equal fingerprint, wherever the folder lies.
    /// </summary>
    /// <param name="eager">Takes files as they are read; null where they are left to who imports them. IDX files always are.</param>
    /// <exception cref="PipelineException">Nothing in the folder can be used.</exception>
    Task<string> FingerprintAsync(EagerImport? eager = null, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default);

    /// <summary>Cuts what was fingerprinted into chunks, and leaves what importers need beside the folder itself in the store, below <paramref name="root"/>.</summary>
    Task<SourcePlan> PlanAsync(IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default);
}

/// <param name="Items">Most items in a chunk; where it ends, they say themselves, between a quarter and all of that.</param>
/// <param name="Bytes">Most bytes of source and of decoded pixels.</param>
/// <param name="ImageBytes">Of one decoded image; 0 for sequences.</param>
public sealed record ChunkLimits(int Items, long Bytes, long ImageBytes)
{
    /// <summary>Items whose decoded pixels fit.</summary>
    public int MostItems => ImageBytes == 0 ? Items : (int)Math.Clamp(Bytes / ImageBytes, 1, Items);
}

/// <param name="Classes">Label names.</param>
/// <param name="Supplied">The splits that the source brings itself.</param>
/// <param name="Rejections">About labels; files are rejected when they are decoded.</param>
/// <param name="Findings">About files and labels.</param>
public sealed record SourcePlan(
    IReadOnlyList<PlannedChunk> Chunks, IReadOnlyList<string> Classes, IReadOnlyList<Split> Supplied, IReadOnlyList<Rejection> Rejections, IReadOnlyList<Finding> Findings);
