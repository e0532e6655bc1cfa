using System.ComponentModel.DataAnnotations;
using Pipeline.Lake.Containers;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Planning;

/// <summary>Bound from "Ingestion"; checked at start. What bears on the dataset's content is part of its key; chunks are not.</summary>
public sealed class IngestionOptions : UnpackOptions
{
    /// <summary>Most files or images in one chunk: what one message decodes, and what a kill can cost.</summary>
    [Range(1, 1_000_000)]
    public int ChunkItems { get; init; } = 2048;

    /// <summary>Most bytes in one chunk, of source files as well as of decoded pixels; a single larger file makes a chunk of its
    /// own.</summary>
    [Range(1, 1L << 30)]
    public long ChunkBytes { get; init; } = 64L << 20;

    /// <summary>A sample shard has at least so many bytes of pixels or letters, or 4,096 samples where those are fewer bytes, and at most
    /// twice as much; the last of a split has what is left.</summary>
    [Range(1, 1L << 30)]
    public long ShardBytes { get; init; } = 128L << 20;

    /// <summary>An image of more pixels, by its header, is rejected before it is decoded: 4 bytes of memory a pixel. Small files that
    /// unpack to much are too.</summary>
    [Range(64, 1_000_000_000)]
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>An image whose longer side is more than so many times the shorter is rejected: its centred square shows next to nothing of
    /// it.</summary>
    [Range(1, 100_000)]
    public double MaxSideRatio { get; init; } = 32;

    /// <summary>An image that takes more than so many times its own bytes to decode is rejected before; 48 MB are always allowed.
    /// Photographs take 2 to 30 times, drawings some dozens, and drawings of much empty space hundreds, as bombs do.</summary>
    [Range(1, 100_000)]
    public int MaxImageRatio { get; init; } = 100;

    /// <summary>Most bits in which the perceptual hashes of two samples may differ for them to count as nearly the same picture.</summary>
    [Range(0, HashIndex.LargestDistance)]
    public int NearDuplicateDistance { get; init; } = 6;

    /// <summary>Least correlation of their 16×16 thumbnails for that.</summary>
    [Range(0.5, 1.0)]
    public double NearDuplicateCorrelation { get; init; } = 0.995;

    /// <summary>Least resemblance of two sequences, the share of their pieces that both have, for them to count as nearly the
    /// same.</summary>
    [Range(0.5, 1.0)]
    public double NearDuplicateResemblance { get; init; } = 0.8;

    /// <summary>Most characters, bases or residues of a document, before it is cut into windows: some four times as many bytes of
    /// memory.</summary>
    [Range(64, 1 << 29)]
    public int MaxSequenceLength { get; init; } = 10_000_000;

    /// <summary>When more than this share of the files is rejected, the run stops before training. The dataset version is kept, and does
    /// not depend on it.</summary>
    [Range(0.0, 1.0)]
    public double MaxRejectedShare { get; init; } = 0.2;

    /// <summary>Rejected files up to this many bytes are copied to quarantine; of larger ones only the line is kept.</summary>
    [Range(0, 1L << 30)]
    public long QuarantineBytes { get; init; } = 64L << 20;

    /// <summary>Files that are read at a time, of a folder that is looked through and of each chunk that is decoded, so that neither waits
    /// for disk or network.</summary>
    [Range(1, 256)]
    public int ReadAhead { get; init; } = 32;

    /// <summary>Most bytes of files in memory for one chunk; a single larger file is read alone.</summary>
    [Range(1, 1L << 30)]
    public long ReadAheadBytes { get; init; } = 64L << 20;

    /// <summary>Maximum number of new images that are decoded while an import is planned, so that they are read once.
    /// The rest is decoded by the importers of the chunks, which read it again. In the
    /// one-process shape the default is all of them.</summary>
    [Range(0, int.MaxValue)]
    public int EagerFiles { get; set; } = 2048;

    /// <summary>Files that an upload into the lake copies at a time.</summary>
    [Range(1, 64)]
    public int Uploads { get; init; } = 8;

    /// <summary>Chunks that one process decodes at a time; and images, where it decodes them as it reads them to plan.</summary>
    [Range(1, 256)]
    public int Parallelism { get; init; } = Environment.ProcessorCount;
}

/// <summary>How far a piece of work is.</summary>
/// <param name="Doing">Such as <c>reading</c>, <c>decoding</c>, <c>committing</c>.</param>
/// <param name="Total">Null where it is not known before the end.</param>
public sealed record IngestionProgress(string Doing, long Done, long? Total);
