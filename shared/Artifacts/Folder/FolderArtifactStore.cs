using System.Runtime.CompilerServices;

namespace Pipeline.Artifacts.Folder;

/// <summary>Artifacts as files below one folder: a key is the file's path. Any number of processes of one machine may share it. A write
/// goes to <c>.tmp</c>, is flushed to the disk, and gets its name by a rename under the key's lock. Symbolic links below the root are not
/// followed. <c>logs</c> may lie beside the artifacts.</summary>
public sealed class FolderArtifactStore : IArtifactStore
{
    /// <summary>Left out of listings, unless the prefix names it.</summary>
    private const string LogFolder = "logs/";

    private readonly StoreFolder _folder;
    private readonly KnownContents _known = new();

    /// <summary>Whoever wants a file that is being checked waits, instead of checking it too.</summary>
    private readonly SemaphoreSlim[] _checks = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1, 1))];

    /// <param name="root">Made where there is none.</param>
    /// <exception cref="PipelineException">The root is no folder, cannot be written, or a newer version made it.</exception>
    public FolderArtifactStore(string root) => _folder = new StoreFolder(root);

    /// <summary>Its full path.</summary>
    public string Root => _folder.Root;

    public async Task<PutResult> CreateAsync(
        string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default)
    {
        if (!File.Exists(_folder.PathOf(key)) && await WriteAsync(key, write, cancellation) is { } written)
            return written;

        await using var stream = await OpenReadAsync(key, cancellation);
        return new PutResult(new ArtifactReference(key, await Digest.OfAsync(stream, cancellation), stream.Length), Created: false);
    }

    public Task<ArtifactInfo?> FindAsync(string key, CancellationToken cancellation = default)
    {
        var file = new FileInfo(_folder.PathOf(key));
        return Task.FromResult(file.Exists ? ArtifactFile.Info(key, file) : null);
    }

    public Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default) =>
        Task.FromResult<Stream>(Open(key, ArtifactFile.OpenRead));

    public Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default)
    {
        var file = Open(key, path => File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous));
        var bytes = RandomAccess.GetLength(file);
        if (offset < 0 || length < 0 || offset > bytes - length)
        {
            file.Dispose();
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"'{key}' has {bytes} bytes; {length} bytes from {offset} do not lie within it.");
        }

        return Task.FromResult<Stream>(new RangeStream(file, offset, length));
    }

    public async Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default)
    {
        var path = _folder.PathOf(reference.Key);
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new ArtifactNotFoundException(reference.Key);

        var content = (reference, ArtifactFile.ETag(file));
        if (_known.Contains(content))
            return path;

        var check = _checks[(uint)content.GetHashCode() % _checks.Length];
        await check.WaitAsync(cancellation);
        try
        {
            if (!_known.Contains(content))
            {
                await CheckAsync(reference, path, cancellation);
                _known.AddChecked(content);
            }
        }
        finally
        {
            check.Release();
        }

        return path;
    }

    public async IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var start = ArtifactKey.CheckPrefix(prefix);
        foreach (var info in await Task.Run(() => ArtifactFile.List(_folder, start, LogFolder), cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return info;
        }
    }

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        var path = _folder.PathOf(key);
        using var held = await KeyLock.TakeAsync(_folder.Locks, key, cancellation);
        if (!File.Exists(path))
            return false;

        File.Delete(path);
        return true;
    }

    public Task CheckAsync(CancellationToken cancellation = default) => Task.Run(_folder.Check, cancellation);

    private async Task CheckAsync(ArtifactReference reference, string path, CancellationToken cancellation)
    {
        await using var stream = await OpenReadAsync(reference.Key, cancellation);
        var digest = stream.Length == reference.Bytes ? await Digest.OfAsync(stream, cancellation) : null;
        if (digest != reference.Digest)
        {
            throw new PipelineException(
                $"The store is damaged: '{reference.Key}' should have {reference.Bytes} bytes with {reference.Digest}, and has "
                + $"{stream.Length} bytes{(digest is null ? "" : $" with {digest}")}. Delete {path} and run the same command again.");
        }
    }

    /// <returns>Null where the key was taken meanwhile.</returns>
    private async Task<PutResult?> WriteAsync(string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        var temporary = _folder.NewTemporaryFile();
        ArtifactWriteStream? stream = null;
        string? digest = null;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream = new ArtifactWriteStream(file);
                await write(stream, cancellation);
                digest = stream.Complete();
                RandomAccess.FlushToDisk(file);
                // The clock is finer than the file system's own stamps, and the ETag is made from this.
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            }

            var reference = new ArtifactReference(key, digest, stream.Length);
            var etag = ArtifactFile.ETag(new FileInfo(temporary));
            if (!await PublishAsync(key, temporary, cancellation))
                return null;

            _known.AddWritten((reference, etag));
            return new PutResult(reference, Created: true);
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw FolderFailure.DiskFull(key, Root, stream?.Length ?? 0, error);
        }
        catch (Exception error) when (digest is not null
            && (error is UnauthorizedAccessException || (error is IOException && _folder.IsBlocked(key))))
        {
            throw FolderFailure.NotWritable(key, Root, error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // File.Move without overwriting looks first and renames then; only the lock makes the two one step.
    private async Task<bool> PublishAsync(string key, string temporary, CancellationToken cancellation)
    {
        var path = _folder.PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var held = await KeyLock.TakeAsync(_folder.Locks, key, cancellation);
        if (File.Exists(path))
            return false;

        File.Move(temporary, path);
        return true;
    }

    private T Open<T>(string key, Func<string, T> open)
    {
        var path = _folder.PathOf(key);
        try
        {
            return File.Exists(path) ? open(path) : throw new ArtifactNotFoundException(key);
        }
        catch (FileNotFoundException)
        {
            throw new ArtifactNotFoundException(key);
        }
    }
}
