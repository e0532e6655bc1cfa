namespace Pipeline.Artifacts.Caching;

/// <summary>Keeps a cache's folder below its limit: looks through the folder when this process has added enough, and removes what was used
/// longest ago. A removed file stays readable for whoever has it open or mapped.</summary>
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
            return total;

        var used = time.GetUtcNow().UtcDateTime - options.Grace;
        foreach (var file in files.Where(file => file.FullName != newest && file.LastWriteTimeUtc <= used))
        {
            if (total <= options.Bytes * options.Kept)
                break;

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
