namespace Pipeline.Ingestion.Sources;

/// <summary>
/// The files below a folder in ordinal order of their relative paths, one folder in memory at a time. Left out: hidden files and folders, symbolic
/// links, and files that by their role are no images: README, LICENSE, NOTICE, COPYING with any ending, <c>_SUCCESS</c>, Thumbs.db, desktop.ini, and in
/// the top folder what is named .csv, .tsv, .txt, .md, .json, .jsonl, .xml, .yaml, .yml, .html or .log. Anything else that is no image is rejected, and counted.
/// </summary>
public static class FolderListing
{
    private static readonly HashSet<string> Roles =
        new(["README", "LICENSE", "LICENCE", "NOTICE", "COPYING", "_SUCCESS", "Thumbs.db", "desktop.ini"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Sidecars =
        new([".csv", ".tsv", ".txt", ".md", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".html", ".log"], StringComparer.OrdinalIgnoreCase);

    /// <returns>Paths below the folder, with <c>/</c>.</returns>
    public static IEnumerable<string> Files(string folder) => Walk(new DirectoryInfo(folder), "");

    /// <summary>Names of the folders directly in a folder, without hidden ones and links, ordinal order.</summary>
    public static IReadOnlyList<string> Folders(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateDirectories().Where(IsVisible).Select(found => found.Name).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Walk(DirectoryInfo folder, string prefix)
    {
        // A folder sorts by its name with the '/' that follows it in every path below, so that the walk has the order of the whole paths.
        var entries = folder.EnumerateFileSystemInfos()
            .Where(entry => IsVisible(entry) && (entry is DirectoryInfo || !IsSidecar(entry.Name, top: prefix.Length == 0)))
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

            foreach (var path in Walk(below, prefix + name))
            {
                yield return path;
            }
        }
    }

    private static bool IsVisible(FileSystemInfo entry) => entry.Name[0] != '.' && entry.LinkTarget is null;

    private static bool IsSidecar(string name, bool top) =>
        Roles.Contains(name) || Roles.Contains(Path.GetFileNameWithoutExtension(name)) || (top && Sidecars.Contains(Path.GetExtension(name)));
}
