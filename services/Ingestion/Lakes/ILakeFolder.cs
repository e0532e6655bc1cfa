namespace Pipeline.Ingestion.Lakes;

/// <summary>A folder of the lake, wherever it lies. Paths are below it, segments joined by <c>/</c>.</summary>
public interface ILakeFolder
{
    /// <summary>For errors: its path or URL.</summary>
    string Name { get; }

    /// <summary>For errors: a file's path or URL.</summary>
    string NameOf(string path);

    Task<LakeFolderState> StateAsync(CancellationToken cancellation = default);

    /// <summary>
    /// All files below it that may hold what is wanted, by the rules of <see cref="LakeNames"/>, in ordinal order of their paths. The list may be longer than memory.
    /// </summary>
    IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, CancellationToken cancellation = default);

    /// <summary>Names of the folders directly in it, without hidden ones, ordinal order.</summary>
    Task<IReadOnlyList<string>> FoldersAsync(CancellationToken cancellation = default);

    /// <summary>Names of what lies directly in a folder, without hidden ones.</summary>
    /// <param name="path">Empty for the folder itself, else with <c>/</c> at its end.</param>
    Task<FolderEntries> EntriesAsync(string path, CancellationToken cancellation = default);

    /// <summary>Whether there is a file of that path, also one that <see cref="FilesAsync"/> leaves out.</summary>
    Task<bool> HasFileAsync(string path, CancellationToken cancellation = default);

    /// <summary>Reads a file once, forwards; the stream tells its position.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder is not there.</exception>
    /// <exception cref="LakeUnavailableException">The storage does not answer now; also while the stream is read.</exception>
    /// <exception cref="IOException">This file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This file may not be read.</exception>
    Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default);
}

/// <param name="Path">Below the folder; where it is not safe, as <see cref="LakeNames.Shown"/>.</param>
/// <param name="Safe">False for a name that leads elsewhere than it says, or that no file should have. Such a file is counted and never opened.</param>
/// <param name="Version">Changes whenever the content does; null where nothing tells. Of blobs the ETag, of files their length and time.</param>
/// <param name="Bytes">Its length when it was listed.</param>
public sealed record LakeFile(string Path, bool Safe = true, string? Version = null, long Bytes = 0);

/// <summary>What lies directly in a folder, by name, in ordinal order.</summary>
public sealed record FolderEntries(IReadOnlyList<string> Folders, IReadOnlyList<string> Files);

public enum LakeFolderState
{
    Missing,
    Folder,

    /// <summary>There is a file of that name.</summary>
    File,
}

/// <summary>Storage that does not answer, or breaks off: a fault that passes.</summary>
public sealed class LakeUnavailableException(string message, Exception inner) : IOException(message, inner);
