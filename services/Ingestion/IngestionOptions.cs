using System.ComponentModel.DataAnnotations;

namespace Pipeline.Ingestion;

/// <summary>Bound from "Ingestion"; checked at start.</summary>
public sealed class IngestionOptions
{
    /// <summary>Images that one message decodes.</summary>
    [Range(1, 1_000_000)]
    public int ImagesPerChunk { get; init; } = 2048;

    /// <summary>Pixels of a sample shard, in bytes.</summary>
    [Range(1, 1L << 30)]
    public long ShardBytes { get; init; } = 4L << 20;

    /// <summary>Largest image, in pixels, as its header tells; a larger one is rejected before memory is spent on it.</summary>
    [Range(1, 1L << 30)]
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Largest file, in bytes; a larger one is rejected unread.</summary>
    [Range(1, 1L << 31)]
    public long MaxFileBytes { get; init; } = 256L << 20;

    /// <summary>Largest rejected file of which quarantine keeps a copy, in bytes.</summary>
    [Range(0, 1L << 31)]
    public long MaxQuarantinedBytes { get; init; } = 64L << 20;
}
