using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Artifacts;

/// <summary>Bound from "Store"; checked at start. The store is Azure Blob storage where <see cref="Blob"/> says which, else a
/// folder.</summary>
public sealed class StoreOptions
{
    /// <summary>The folder that holds the artifacts; made if it is not there.</summary>
    [Required]
    public string Folder { get; set; } = "pipeline-store";

    /// <summary>Which blob storage holds the artifacts instead.</summary>
    [ValidateObjectMembers]
    public BlobOptions Blob { get; set; } = new();

    /// <summary>Where the files of a blob store are kept on this machine, and how many.</summary>
    [ValidateObjectMembers]
    public CacheOptions Cache { get; set; } = new();

    /// <summary>How much of a large artifact travels at once.</summary>
    [ValidateObjectMembers]
    public TransferOptions Transfer { get; set; } = new();

    /// <summary>How long and how often a request to blob storage is tried.</summary>
    [ValidateObjectMembers]
    public ResilienceOptions Resilience { get; set; } = new();
}

/// <summary>Bound from "Store:Cache".</summary>
public sealed class CacheOptions
{
    private static string LocalFolder => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } folder
        ? folder
        : Path.Combine(Path.GetTempPath(), Environment.UserName);

    /// <summary>Shared by all processes of one user on one machine; made if it is not there. It may be emptied at any time.</summary>
    [Required]
    public string Folder { get; set; } = Path.Combine(LocalFolder, "pipeline", "cache");

    /// <summary>What the files may take on the disk. Above it, those used longest ago are removed.</summary>
    [Range(1L << 20, 1L << 50)]
    public long Bytes { get; set; } = 20L << 30;

    /// <summary>The part of <see cref="Bytes"/> that a clean-up leaves, so that not every new file needs one.</summary>
    [Range(0.1, 1.0)]
    public double Kept { get; set; } = 0.9;

    /// <summary>A file that was used within this time is kept in any case, for whoever is about to open it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Bound from "Store:Transfer". Memory for one artifact under way is about <see cref="BlockBytes"/> ×
/// <see cref="Parallel"/>.</summary>
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

    internal IEnumerable<(long Start, int Length)> Blocks(long bytes)
    {
        for (var start = 0L; start < bytes; start += BlockBytes)
            yield return (start, (int)Math.Min(BlockBytes, bytes - start));
    }
}

/// <summary>Bound from "Store:Resilience". The defaults ride out a store that is down for more than a minute; after that the message that
/// needed it is tried again by the bus.</summary>
public sealed class ResilienceOptions
{
    /// <summary>How often a request is tried in all.</summary>
    [Range(2, 100)]
    public int Attempts { get; set; } = 12;

    /// <summary>The wait before the second attempt, on average; it doubles from one attempt to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest that one attempt may take: one block there or back.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of requests that must fail for the circuit to open: then nothing is sent for
    /// <see cref="BreakDuration"/>.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Fewer requests than this within <see cref="BreakerSampling"/> say nothing.</summary>
    [Range(2, 10_000)]
    public int BreakerMinimumThroughput { get; set; } = 10;

    /// <summary>The time over which requests are counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit waits until it lets one request through to see.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that the question whether the store is there may take; it is asked once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
