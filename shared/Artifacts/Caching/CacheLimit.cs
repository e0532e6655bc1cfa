using System.ComponentModel.DataAnnotations;

namespace Pipeline.Artifacts.Caching;

/// <summary>
/// Keeps a cache's folder below its limit: looks through the folder when this process has added enough, and removes what was used longest ago.
/// A removed file stays readable for whoever has it open or mapped.
/// </summary>
internal sealed class CacheLimit(string folder, CacheOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _added;
    private long? _found;

    /// <param name="path">The new file; it stays.</param>
    public void Added(string path, long bytes)
    {
        lock (_gate)
        {
            _added += bytes;
            var isFarFromLimit = _found is { } found && found + _added <= options.Bytes && _added <= options.Bytes * (1 - options.Kept);
            if (!isFarFromLimit)
            {
                _found = Clean(path);
                _added = 0;
            }
        }
    }

    private long Clean(string newest)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles().Where(file => file.Exists).OrderBy(file => file.LastWriteTimeUtc).ToList();
        var total = files.Sum(file => file.Length);
        if (total <= options.Bytes)
        {
            return total;
        }

        var used = time.GetUtcNow().UtcDateTime - options.Grace;
        foreach (var file in files.Where(file => file.FullName != newest && file.LastWriteTimeUtc <= used))
        {
            if (total <= options.Bytes * options.Kept)
            {
                break;
            }

            total -= Remove(file);
        }

        return total;
    }

    private static long Remove(FileInfo file)
    {
        var bytes = file.Length;
        try
        {
            file.Delete();
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Windows keeps a file that somebody has mapped.
            return 0;
        }
    }
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
