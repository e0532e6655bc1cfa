using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Lakes;

/// <summary>A folder of this machine, or one that is mounted.</summary>
/// <param name="name">How errors call it.</param>
public sealed class LocalFolder(string folder, string name) : ILakeFolder
{
    public LocalFolder(string folder) : this(folder, folder)
    {
    }

    public string Name => name;

    /// <summary>Where a place of a mounted location lies; symbolic links on the way are not followed.</summary>
    /// <exception cref="PipelineException">There is such a link.</exception>
    public static string PathOf(LakePath place)
    {
        var path = place.Location.Folder!;
        foreach (var segment in place.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, segment);
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                throw new PipelineException($"'{place.Url}' leads over a symbolic link, '{path}'; valid are folders that lie in the location itself.");
            }
        }

        return path;
    }

    public string NameOf(string path) => Path.Combine(name, path);

    public Task<LakeFolderState> StateAsync(CancellationToken cancellation = default) =>
        Task.FromResult(Directory.Exists(folder) ? LakeFolderState.Folder : File.Exists(folder) ? LakeFolderState.File : LakeFolderState.Missing);

    public IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, CancellationToken cancellation = default) =>
        FolderListing.Files(folder, DateTime.UtcNow, content).ToAsyncEnumerable();

    public IAsyncEnumerable<LakeEntry> EntriesAsync(string path, CancellationToken cancellation = default) => FolderListing.Entries(Path.Combine(folder, path)).ToAsyncEnumerable();

    /// <exception cref="PipelineException">It is a pipe, a socket or a device: reading one may never end.</exception>
    public Task<bool> HasFileAsync(string path, CancellationToken cancellation = default)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        var isThere = file is { Exists: true, LinkTarget: null };
        return isThere && file.Length == 0 && SpecialFile.Of(file.FullName) is { } kind
            ? throw new PipelineException($"'{NameOf(path)}' is {kind}; valid is a file.")
            : Task.FromResult(isThere);
    }

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default) => Task.FromResult<Stream>(
        new FileStream(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
}
