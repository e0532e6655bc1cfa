using Pipeline.Artifacts;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>A folder of the lake in one of the layouts that ingestion knows.</summary>
public interface ILakeSource
{
    /// <summary>Reads every file that the dataset depends on, once.</summary>
    /// <param name="newFiles">Takes new files as they are read. IDX files are never taken.</param>
    /// <exception cref="PipelineException">Nothing in the folder can be used.</exception>
    Task<ISourceListing> ReadAsync(
        INewFiles newFiles, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default);
}

/// <summary>A source as it was read.</summary>
public interface ISourceListing : IDisposable
{
    /// <summary><c>files</c>, <c>containers</c> or <c>idx</c>.</summary>
    string Layout { get; }

    /// <summary>SHA-256 over the sorted (path, length, SHA-256 of the bytes): equal content in equal files gives an equal fingerprint,
    /// wherever the folder lies.</summary>
    string Fingerprint { get; }

    /// <summary>Parts that were made while it was read.</summary>
    MadeParts Made { get; }

    /// <summary>Cuts the source into chunks, and leaves what importers need beside the folder itself in the store, below
    /// <paramref name="root"/>.</summary>
    Task<SourcePlan> CutAsync(
        IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default);
}

/// <param name="Items">Maximum number of items in a chunk. It ends between a quarter and all of that, where the items say so.</param>
/// <param name="Bytes">Maximum number of bytes of source and of decoded pixels.</param>
/// <param name="ImageBytes">Of one decoded image; 0 for sequences.</param>
public sealed record ChunkLimits(int Items, long Bytes, long ImageBytes)
{
    public static ChunkLimits Of(IngestionOptions options, InputSpec input) =>
        new(options.ChunkItems, options.ChunkBytes, (long)input.Channels * input.Size * input.Size);

    /// <summary>Items whose decoded pixels fit.</summary>
    public int MostItems => ImageBytes == 0 ? Items : (int)Math.Clamp(Bytes / ImageBytes, 1, Items);
}

/// <param name="Classes">Label names.</param>
/// <param name="Supplied">The splits that the source brings itself.</param>
/// <param name="Rejections">About labels; files are rejected when they are decoded.</param>
/// <param name="Findings">About files and labels.</param>
public sealed record SourcePlan(
    IReadOnlyList<PlannedChunk> Chunks,
    IReadOnlyList<string> Classes,
    IReadOnlyList<Split> Supplied,
    IReadOnlyList<Rejection> Rejections,
    IReadOnlyList<Finding> Findings);
