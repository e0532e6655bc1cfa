using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>A folder of the lake, wherever it lies. Paths are below it, segments joined by <c>/</c>.</summary>
public interface ILakeFolder
{
    /// <summary>For errors: its path or URL.</summary>
    string Name { get; }

    /// <summary>For errors: a file's path or URL.</summary>
    string NameOf(string path);

    Task<LakeFolderState> StateAsync(CancellationToken cancellation = default);

    /// <summary>All files below it that may hold what is wanted, by the rules of <see cref="LakeNames"/>, in ordinal order of their paths,
    /// with links and what cannot be listed or opened. The list may be longer than memory.</summary>
    IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, CancellationToken cancellation = default);

    /// <summary>The files and folders directly in a folder, in no order, without links, hidden ones and empty folders; none in a folder
    /// that cannot be listed, which <see cref="FilesAsync"/> names.</summary>
    /// <param name="path">Empty, or with a slash at its end.</param>
    IAsyncEnumerable<LakeEntry> EntriesAsync(string path, CancellationToken cancellation = default);

    /// <summary>Whether a file of that path exists, also one that <see cref="FilesAsync"/> leaves out.</summary>
    Task<bool> HasFileAsync(string path, CancellationToken cancellation = default);

    /// <summary>Reads a file once, forwards; the stream tells its position.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="LakeUnavailableException">The storage does not answer now; also while the stream is read.</exception>
    /// <exception cref="IOException">This file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This file may not be read.</exception>
    Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default);
}

/// <param name="Path">Below the folder; as <see cref="LakeNames.Shown"/> if it is not safe. A folder's path ends with a slash.</param>
/// <param name="Rejection">Why a file is counted and never opened, or a folder not looked into; null otherwise.</param>
/// <param name="Version">Changes whenever the content does; null if unknown. A blob's ETag, a file's length and time.</param>
/// <param name="Bytes">Its length when it was listed.</param>
public sealed record LakeFile(
    string Path, RejectionReason? Rejection = null, string? Detail = null, string? Version = null, long Bytes = 0, bool IsLink = false);

/// <param name="Name">Of the file or folder alone.</param>
public readonly record struct LakeEntry(string Name, bool IsFolder);

public enum LakeFolderState
{
    Missing,
    Folder,
    File,
}

/// <summary>Storage that does not answer, or breaks off: a fault that passes.</summary>
public sealed class LakeUnavailableException(string message, Exception inner) : IOException(message, inner);
