using Pipeline.Artifacts;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>The files below a folder in ordinal order of their relative paths, one folder in memory at a time. Symbolic links are named and
/// not followed. What cannot be listed or opened, and what is no file, is named with the reason. <see cref="LakeNames"/> leaves out some by
/// name.</summary>
public static class FolderListing
{
    /// <summary>What .NET shows for bytes that are no UTF-8: no file can be opened by such a name.</summary>
    private const char NoCharacter = '\uFFFD';

    /// <summary>A file that was written so shortly before now may be written again within the same tick of a file system's clock.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <param name="now">UTC.</param>
    /// <param name="list">What lies in a folder; null to ask the system.</param>
    /// <exception cref="PipelineException">The folder itself cannot be listed.</exception>
    public static IEnumerable<LakeFile> Files(
        string folder,
        DateTime now,
        LakeContent content = LakeContent.Images,
        Func<DirectoryInfo, IEnumerable<FileSystemInfo>>? list = null) =>
        new Walk(now, (name, top) => !LakeNames.IsSidecar(name, top, content), list ?? List).Files(new DirectoryInfo(folder), "");

    /// <summary>As <see cref="Files"/>, with the files that by their role are no images.</summary>
    public static IEnumerable<LakeFile> AllFiles(string folder) =>
        new Walk(DateTime.UtcNow, (_, _) => true, List).Files(new DirectoryInfo(folder), "");

    /// <inheritdoc cref="ILakeFolder.EntriesAsync"/>
    public static IEnumerable<LakeEntry> Entries(string folder) => (Try(() => List(new DirectoryInfo(folder)).ToList(), out _) ?? [])
        .Where(entry => !LakeNames.IsHidden(entry.Name) && !HasNoName(entry) && !IsLink(entry)
            && !(entry is DirectoryInfo below && Try(() => List(below).Take(1).ToList(), out _) is []))
        .Select(entry => new LakeEntry(entry.Name, entry is DirectoryInfo));

    /// <returns>Null if the folder cannot be listed.</returns>
    private static T? Try<T>(Func<T> list, out string? failure)
    {
        failure = null;
        try
        {
            return list();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = error.Message;
            return default;
        }
    }

    private static IEnumerable<FileSystemInfo> List(DirectoryInfo folder) => folder.EnumerateFileSystemInfos();

    private static bool HasNoName(FileSystemInfo entry) => entry.Name.Contains(NoCharacter) && !Path.Exists(entry.FullName);

    // The attributes have been read already; only for what may be a link the system is asked for its target.
    private static bool IsLink(FileSystemInfo entry) =>
        entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null;

    /// <param name="wanted">Whether a file of that name is, and whether it lies at the top.</param>
    private sealed class Walk(DateTime now, Func<string, bool, bool> wanted, Func<DirectoryInfo, IEnumerable<FileSystemInfo>> list)
    {
        public IEnumerable<LakeFile> Files(DirectoryInfo folder, string prefix)
        {
            var entries = Try(() => Sorted(folder, prefix), out var failure);
            if (entries is null && prefix.Length == 0)
                throw new PipelineException($"The folder '{folder.FullName}' cannot be listed: {failure}");

            return entries?.SelectMany(entry => Listed(prefix + entry.Name, entry.Entry))
                ?? [new LakeFile(prefix, RejectionReason.Unreadable, $"the folder cannot be listed: {failure}")];
        }

        // A folder sorts by its name with the '/' that follows it in every path below, so that the walk has the order of the whole paths.
        private List<(string Name, FileSystemInfo Entry)> Sorted(DirectoryInfo folder, string prefix) => list(folder)
            .Where(entry => !LakeNames.IsHidden(entry.Name)
                && (entry is DirectoryInfo || wanted(entry.Name, prefix.Length == 0) || IsLink(entry)))
            .Select(entry => (Name: entry is DirectoryInfo ? entry.Name + "/" : entry.Name, Entry: entry))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();

        private IEnumerable<LakeFile> Listed(string path, FileSystemInfo entry) =>
            HasNoName(entry) ? [new LakeFile(LakeNames.Shown(path), RejectionReason.UnsafeName, "it is no UTF-8")]
            : IsLink(entry) ? [new LakeFile(path.TrimEnd('/'), IsLink: true)]
            : entry is DirectoryInfo below ? Files(below, path)
            : entry is not FileInfo { Exists: true } file ? [new LakeFile(path)]
            : file.Length == 0 && SpecialFile.Of(file.FullName) is { } kind ? [new LakeFile(path, RejectionReason.NotAFile, kind)]
            : [new LakeFile(path, Version: VersionOf(file), Bytes: file.Length)];

        private string? VersionOf(FileInfo file) =>
            file.LastWriteTimeUtc < now - Settled ? $"{file.Length}-{file.LastWriteTimeUtc.Ticks}" : null;
    }
}
