using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// The files below a folder in ordinal order of their relative paths, one folder in memory at a time. Left out: symbolic links, and what
/// <see cref="LakeNames"/> leaves out by name.
/// </summary>
public static class FolderListing
{
    /// <returns>Paths below the folder, with <c>/</c>.</returns>
    public static IEnumerable<string> Files(string folder) => Walk(new DirectoryInfo(folder), "", (name, top) => !LakeNames.IsSidecar(name, top));

    /// <summary>As <see cref="Files"/>, with the files that by their role are no images.</summary>
    public static IEnumerable<string> AllFiles(string folder) => Walk(new DirectoryInfo(folder), "", (_, _) => true);

    /// <summary>Names of the folders directly in a folder, without hidden ones and links, ordinal order.</summary>
    public static IReadOnlyList<string> Folders(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateDirectories().Where(IsVisible).Select(found => found.Name).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Walk(DirectoryInfo folder, string prefix, Func<string, bool, bool> wanted)
    {
        // A folder sorts by its name with the '/' that follows it in every path below, so that the walk has the order of the whole paths.
        var entries = folder.EnumerateFileSystemInfos()
            .Where(entry => IsVisible(entry) && (entry is DirectoryInfo || wanted(entry.Name, prefix.Length == 0)))
            .Select(entry => (Name: entry is DirectoryInfo ? entry.Name + "/" : entry.Name, Folder: entry as DirectoryInfo))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var (name, below) in entries)
        {
            if (below is null)
            {
                yield return prefix + name;
                continue;
            }

            foreach (var path in Walk(below, prefix + name, wanted))
            {
                yield return path;
            }
        }
    }

    private static bool IsVisible(FileSystemInfo entry) => !LakeNames.IsHidden(entry.Name) && entry.LinkTarget is null;
}
