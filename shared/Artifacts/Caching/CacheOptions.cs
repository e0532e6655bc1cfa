using System.ComponentModel.DataAnnotations;

namespace Pipeline.Artifacts.Caching;

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
