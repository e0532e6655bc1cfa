using System.ComponentModel.DataAnnotations;

namespace Pipeline.Lake.Containers;

/// <summary>What files may cost to read and to unpack.</summary>
public class UnpackOptions
{
    /// <summary>A file, or a member of an archive, of more bytes is rejected without being read into memory.</summary>
    [Range(1, 1L << 30)]
    public long MaxFileBytes { get; init; } = 256L << 20;

    /// <summary>Maximum bytes of a line of text, or of a record of CSV. A longer one is rejected without being read into memory.</summary>
    [Range(64, 1 << 30)]
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>Maximum number of entries of an archive or rows of a table, with archives in it: some 300 bytes of memory each.</summary>
    [Range(1, 10_000_000)]
    public int MaxMembers { get; init; } = 1_000_000;

    /// <summary>Maximum size of one archive or table, unpacked with all archives in it: the room needed for temporary files.</summary>
    [Range(1, 1L << 44)]
    public long MaxUnpackedBytes { get; init; } = 64L << 30;

    /// <summary>Maximum bytes that one byte of an archive may unpack to, on average over the archive; 16 MB are always allowed.</summary>
    [Range(1, 100_000)]
    public int MaxUnpackedRatio { get; init; } = 100;

    /// <summary>Maximum bytes of images or texts in one row group of a Parquet file, or of one buffer in a record batch of an Arrow file.
    /// Planning takes some six times as much memory.</summary>
    [Range(1, int.MaxValue)]
    public long MaxRowGroupBytes { get; init; } = 256L << 20;

    /// <summary>Longest name of a member, in characters.</summary>
    [Range(1, 65_535)]
    public int MaxNameLength { get; init; } = 1024;
}
