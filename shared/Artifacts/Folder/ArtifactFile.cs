using System.Collections.Concurrent;

namespace Pipeline.Artifacts.Folder;

/// <summary>One artifact's file.</summary>
internal static class ArtifactFile
{
    /// <summary>Made of length and time.</summary>
    public static string ETag(FileInfo file) => $"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}";

    /// <summary>Others may rename or remove the file meanwhile.</summary>
    public static FileStream OpenRead(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 16, FileOptions.Asynchronous);

    public static ArtifactInfo Info(string key, FileInfo file) => new(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));

    /// <summary>The artifacts below a prefix of whole segments, in ordinal order of their keys. What is hidden, a link or no key is passed
    /// over.</summary>
    /// <param name="leftOut">Prefix of what is listed only where it is asked for.</param>
    public static IReadOnlyList<ArtifactInfo> List(StoreFolder folder, string prefix, string leftOut)
    {
        if (prefix == ArtifactKey.FormatFile)
            return [];

        var path = prefix.Length == 0 ? folder.Root : folder.PathOf(prefix);
        if (File.Exists(path))
            return [Info(prefix, new FileInfo(path))];
        if (!Directory.Exists(path))
            return [];

        var visible = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
        };
        var found =
            from file in new DirectoryInfo(path).EnumerateFiles("*", visible)
            let key = Path.GetRelativePath(folder.Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/')
            where ArtifactKey.IsValid(key) && file.Exists && (prefix.Length > 0 || !key.StartsWith(leftOut, StringComparison.Ordinal))
            select Info(key, file);
        return [.. found.OrderBy(info => info.Key, StringComparer.Ordinal)];
    }
}

/// <summary>Contents that need not be held against their digest again as long as their file is the same: those that this process has
/// checked, and of those that it has written, of whose very bytes the digest was made, the latest.</summary>
internal sealed class KnownContents
{
    /// <summary>Half a kilobyte of memory each.</summary>
    private const int MostWritten = 4096;

    private readonly ConcurrentDictionary<(ArtifactReference Reference, string ETag), bool> _known = new();
    private readonly ConcurrentQueue<(ArtifactReference Reference, string ETag)> _written = new();

    public bool Contains((ArtifactReference Reference, string ETag) content) => _known.ContainsKey(content);

    public void AddChecked((ArtifactReference Reference, string ETag) content) => _known[content] = true;

    public void AddWritten((ArtifactReference Reference, string ETag) content)
    {
        _known[content] = true;
        _written.Enqueue(content);
        if (_written.Count > MostWritten && _written.TryDequeue(out var oldest))
            _known.TryRemove(oldest, out _);
    }
}
