using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>A folder of the lake as it was read, in one of the layouts that ingestion knows.</summary>
public interface ISourceListing : IDisposable
{
    /// <summary><c>files</c>, <c>containers</c> or <c>idx</c>.</summary>
    string Layout { get; }

    /// <summary>SHA-256 over the sorted (path, length, SHA-256 of the bytes): equal content in equal files gives an equal fingerprint,
    /// wherever the folder lies.</summary>
    string Fingerprint { get; }

    MadeParts Made { get; }

    /// <summary>Cuts the source into chunks. What importers need beside the folder itself goes into the store, below the plan's
    /// root.</summary>
    /// <returns>The plan with its chunks, classes and splits, and what was found.</returns>
    Task<ImportPlan> CutAsync(
        IArtifactStore store, ImportPlan plan, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default);
}

/// <param name="Items">Maximum number of items in a chunk.</param>
/// <param name="Bytes">Maximum number of bytes of source and of decoded pixels.</param>
/// <param name="ImageBytes">Of one decoded image; 0 for sequences.</param>
public sealed record ChunkLimits(int Items, long Bytes, long ImageBytes)
{
    public static ChunkLimits Of(IngestionOptions options, InputSpec input) =>
        new(options.ChunkItems, options.ChunkBytes, (long)input.Channels * input.Size * input.Size);

    /// <summary>Maximum number of items whose decoded pixels fit.</summary>
    public int MostItems => ImageBytes == 0 ? Items : (int)Math.Clamp(Bytes / ImageBytes, 1, Items);
}
