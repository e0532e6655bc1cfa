using System.ComponentModel.DataAnnotations;

namespace Pipeline.Artifacts.Blob;

/// <summary>Bound from "Store:Transfer". Memory for one artifact under way is about <see cref="BlockBytes"/> × <see cref="Parallel"/>.</summary>
public sealed class TransferOptions
{
    /// <summary>What one request carries: a larger artifact is written in blocks of this size, and read in such ranges.</summary>
    [Range(1 << 16, 100 << 20)]
    public int BlockBytes { get; set; } = 8 << 20;

    /// <summary>Requests at the same time for one large artifact.</summary>
    [Range(1, 64)]
    public int Parallel { get; set; } = 8;

    /// <summary>Artifacts that one request lists.</summary>
    [Range(1, 5000)]
    public int ListPage { get; set; } = 1000;
}
