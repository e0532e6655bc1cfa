using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Caching;

/// <summary>Files by their digest, shared by all processes of one user on one machine. A file gets its name by a rename when it is whole,
/// and is held against its digest once in each process; its time stamp says when it was last used.</summary>
internal sealed class FileCache
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _temporaryFolder;
    private readonly TemporaryFiles _temporary;
    private readonly CacheLimit _limit;
    private readonly ArtifactMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, bool> _checked = new();
    private readonly SemaphoreSlim[] _downloads = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    public FileCache(CacheOptions options, ArtifactMetrics metrics, TimeProvider time)
    {
        Folder = Path.GetFullPath(options.Folder);
        _temporaryFolder = Path.Combine(Folder, ".tmp");
        _temporary = new TemporaryFiles(_temporaryFolder);
        _limit = new CacheLimit(Folder, options, time);
        _metrics = metrics;
        _time = time;
        try
        {
            MakeFolders();
            _temporary.RemoveStale();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(
                $"The cache {Folder} cannot be written: {error.Message} Store:Cache:Folder must be a folder that this user may write to.",
                error);
        }
    }

    public string Folder { get; }

    /// <summary>A file with the reference's bytes. Of concurrent callers in one process, one fetches.</summary>
    /// <param name="fetch">Writes the bytes, and throws if they are not the reference's.</param>
    public async Task<string> FindOrAddAsync(
        ArtifactReference reference, Func<SafeFileHandle, CancellationToken, Task> fetch, CancellationToken cancellation)
    {
        var path = PathOf(reference.Digest);
        if (await IsGoodAsync(path, reference, cancellation))
            return Hit(path);

        var download = _downloads[Convert.FromHexString(Path.GetFileName(path).AsSpan(0, 2))[0]];
        await download.WaitAsync(cancellation);
        try
        {
            if (await IsGoodAsync(path, reference, cancellation))
                return Hit(path);

            _metrics.CacheMisses.Add(1);
            using var file = NewFile();
            await fetch(file.Handle, cancellation);
            Add(reference.Digest, file);
            return path;
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw FolderFailure.DiskFull(reference.Key, Folder, reference.Bytes, error);
        }
        finally
        {
            download.Release();
        }
    }

    /// <summary>A file to be written; gone when it is disposed of and was not added.</summary>
    public CacheFile NewFile()
    {
        MakeFolders();
        return new CacheFile(_temporary.New());
    }

    /// <summary>Takes in a file whose bytes are known to have the digest.</summary>
    public void Add(string digest, CacheFile file)
    {
        var path = PathOf(digest);
        var bytes = RandomAccess.GetLength(file.Handle);
        File.SetLastWriteTimeUtc(file.Handle, _time.GetUtcNow().UtcDateTime);
        File.Move(file.Path, path, overwrite: true);
        _checked[digest] = true;
        _limit.Added(path, bytes);
    }

    private string Hit(string path)
    {
        _metrics.CacheHits.Add(1);
        return path;
    }

    private async Task<bool> IsGoodAsync(string path, ArtifactReference reference, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true } file || file.Length != reference.Bytes)
                return false;

            if (!_checked.ContainsKey(reference.Digest))
            {
                await using var stream = ArtifactFile.OpenRead(path);
                if (await Digest.OfAsync(stream, cancellation) != reference.Digest)
                    return false;

                _checked[reference.Digest] = true;
            }

            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process has just made room.
            return false;
        }
    }

    private string PathOf(string digest) => Digest.IsValid(digest)
        ? Path.Combine(Folder, digest[Digest.Prefix.Length..])
        : throw new PipelineException($"A reference has the digest '{digest}'; it must be {Digest.Prefix} and 64 lower-case hex digits.");

    private void MakeFolders()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_temporaryFolder);
        }
        else
        {
            Directory.CreateDirectory(Folder, OwnerOnly);
            Directory.CreateDirectory(_temporaryFolder, OwnerOnly);
        }
    }
}

/// <summary>A file on its way into the cache. What is left of it under its temporary name goes with it.</summary>
internal sealed class CacheFile(string path) : IDisposable
{
    public string Path => path;

    public SafeFileHandle Handle { get; } = File.OpenHandle(
        path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(path);
    }
}
