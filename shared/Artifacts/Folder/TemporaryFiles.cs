namespace Pipeline.Artifacts.Folder;

/// <summary>Files on their way to their name.</summary>
internal sealed class TemporaryFiles(string folder)
{
    /// <summary>A temporary file that nobody has written to for so long belongs to a process that died.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1);

    /// <returns>A path that nobody else uses.</returns>
    public string New() => Path.Combine(folder, $"{Environment.ProcessId}-{Guid.NewGuid():n}");

    /// <summary>Removes what dead processes left.</summary>
    public void RemoveStale()
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc > Stale)
            {
                file.Delete();
            }
        }
    }
}
