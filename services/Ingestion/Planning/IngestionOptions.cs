using System.ComponentModel.DataAnnotations;
using Pipeline.Lake.Containers;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Planning;

/// <summary>Bound from "Ingestion"; checked at start. What affects the dataset's content is part of its key; chunks are not.</summary>
public sealed class IngestionOptions : UnpackOptions
{
    /// <summary>Maximum number of files or images in one chunk: what one message decodes, and what a crash can cost.</summary>
    [Range(1, 1_000_000)]
    public int ChunkItems { get; init; } = 2048;

    /// <summary>Maximum bytes of source files and of decoded pixels in one chunk; a single larger file makes a chunk of its own.</summary>
    [Range(1, 1L << 30)]
    public long ChunkBytes { get; init; } = 64L << 20;

    /// <summary>Least bytes of pixels or letters in a sample shard, or 4,096 samples where those are fewer. It has at most twice as much;
    /// the last of a split has what is left.</summary>
    [Range(1, 1L << 30)]
    public long ShardBytes { get; init; } = 128L << 20;

    /// <summary>An image of more pixels, by its header, is rejected before it is decoded: 4 bytes of memory a pixel.</summary>
    [Range(64, 1_000_000_000)]
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Maximum ratio of an image's sides: the centred square of a longer one shows next to nothing of it.</summary>
    [Range(1, 100_000)]
    public double MaxSideRatio { get; init; } = 32;

    /// <summary>An image that takes more than so many times its own bytes to decode is rejected before; 48 MB are always allowed.
    /// Photographs take 2 to 30 times, drawings dozens; drawings of much empty space take hundreds, as bombs do.</summary>
    [Range(1, 100_000)]
    public int MaxImageRatio { get; init; } = 100;

    /// <summary>Most bits in which the perceptual hashes of two samples may differ for them to count as nearly the same picture.</summary>
    [Range(0, HashIndex.LargestDistance)]
    public int NearDuplicateDistance { get; init; } = 6;

    /// <summary>Least correlation of their 16×16 thumbnails for that.</summary>
    [Range(0.5, 1.0)]
    public double NearDuplicateCorrelation { get; init; } = 0.995;

    /// <summary>Least share of pieces that two sequences have in common for them to count as nearly the same.</summary>
    [Range(0.5, 1.0)]
    public double NearDuplicateResemblance { get; init; } = 0.8;

    /// <summary>Maximum letters of a document, before it is cut into windows: about four bytes of memory each.</summary>
    [Range(64, 1 << 29)]
    public int MaxSequenceLength { get; init; } = 10_000_000;

    /// <summary>When more than this share of the files is rejected, the run stops before training. The dataset version is kept.</summary>
    [Range(0.0, 1.0)]
    public double MaxRejectedShare { get; init; } = 0.2;

    /// <summary>Rejected files up to this many bytes are copied to quarantine; of larger ones only the line is kept.</summary>
    [Range(0, 1L << 30)]
    public long QuarantineBytes { get; init; } = 64L << 20;

    /// <summary>Files that are read at a time, of a folder that is planned and of each chunk that is decoded.</summary>
    [Range(1, 256)]
    public int ReadAhead { get; init; } = 32;

    /// <summary>Maximum bytes of files in memory for one chunk; a single larger file is read alone.</summary>
    [Range(1, 1L << 30)]
    public long ReadAheadBytes { get; init; } = 64L << 20;

    /// <summary>Maximum number of new images that are decoded while an import is planned; the importers of chunks read the rest again. In
    /// the one-process shape the default is all of them.</summary>
    [Range(0, int.MaxValue)]
    public int EagerFiles { get; set; } = 2048;

    /// <summary>Files that an upload into the lake copies at a time.</summary>
    [Range(1, 64)]
    public int Uploads { get; init; } = 8;

    /// <summary>Chunks that one process decodes at a time, and images where it decodes them while planning.</summary>
    [Range(1, 256)]
    public int Parallelism { get; init; } = Environment.ProcessorCount;
}
