using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// The files below a folder in ordinal order of their relative paths, one folder in memory at a time. Left out: symbolic links, and what
/// <see cref="LakeNames"/> leaves out by name.
/// </summary>
public static class FolderListing
{
    /// <summary>A file that was written so shortly before now may be written again within the same tick of a file system's clock.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <param name="now">UTC.</param>
    public static IEnumerable<LakeFile> Files(string folder, DateTime now, LakeContent content = LakeContent.Images) =>
        Walk(new DirectoryInfo(folder), "", (name, top) => !LakeNames.IsSidecar(name, top, content)).Select(found => Listed(found.Path, found.File, now));

    /// <summary>As <see cref="Files"/>, with the files that by their role are no images.</summary>
    /// <returns>Paths below the folder, with <c>/</c>.</returns>
    public static IEnumerable<string> AllFiles(string folder) => Walk(new DirectoryInfo(folder), "", (_, _) => true).Select(found => found.Path);

    /// <summary>Names of the folders directly in a folder, without hidden ones and links, ordinal order.</summary>
    public static IReadOnlyList<string> Folders(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateDirectories().Where(IsVisible).Select(found => found.Name).Order(StringComparer.Ordinal)];

    private static IEnumerable<(string Path, FileSystemInfo File)> Walk(DirectoryInfo folder, string prefix, Func<string, bool, bool> wanted)
    {
        // A folder sorts by its name with the '/' that follows it in every path below, so that the walk has the order of the whole paths.
        var entries = folder.EnumerateFileSystemInfos()
            .Where(entry => IsVisible(entry) && (entry is DirectoryInfo || wanted(entry.Name, prefix.Length == 0)))
            .Select(entry => (Name: entry is DirectoryInfo ? entry.Name + "/" : entry.Name, Entry: entry))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var (name, entry) in entries)
        {
            if (entry is not DirectoryInfo below)
            {
                yield return (prefix + name, entry);
                continue;
            }

            foreach (var found in Walk(below, prefix + name, wanted))
            {
                yield return found;
            }
        }
    }

    private static LakeFile Listed(string path, FileSystemInfo file, DateTime now) => file is not FileInfo { Exists: true } there
        ? new LakeFile(path)
        : new LakeFile(path, Version: there.LastWriteTimeUtc < now - Settled ? $"{there.Length}-{there.LastWriteTimeUtc.Ticks}" : null, Bytes: there.Length);

    // Only of what may be a link the system is asked for its target: the attributes have been read already.
    private static bool IsVisible(FileSystemInfo entry) =>
        !LakeNames.IsHidden(entry.Name) && (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint) || entry.LinkTarget is null);
}
