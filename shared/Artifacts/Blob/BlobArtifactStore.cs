using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pipeline.Artifacts.Caching;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Artifacts as blobs of one container: a key is the blob's name. Any number of processes on any number of machines may share it.
/// Each request rides out passing faults; files that were written or materialized stay on this machine in a cache.</summary>
public sealed class BlobArtifactStore : IArtifactStore
{
    private readonly BlobContainer _container;
    private readonly BlobRanges _ranges;
    private readonly BlobWriter _writer;
    private readonly BlobDownload _download;
    private readonly BlobListing _listing;
    private readonly FileCache _cache;
    private readonly int _rangeBytes;

    /// <param name="options">Say which container.</param>
    /// <exception cref="PipelineException">The cache's folder cannot be written.</exception>
    public BlobArtifactStore(StoreOptions options, ILoggerFactory logs, IMeterFactory meters, TimeProvider time)
    {
        var metrics = new ArtifactMetrics(meters);
        var client = BlobConnection.Open(options.Blob, options.Resilience);
        var requests = new BlobRequests(BlobConnection.Address(client), options.Resilience, logs, metrics, time);
        _container = new BlobContainer(client, requests, options.Resilience.CheckTimeout, time);
        _ranges = new BlobRanges(_container, requests, metrics);
        _writer = new BlobWriter(_container, requests, options.Transfer, options.Resilience.Attempts, metrics);
        _download = new BlobDownload(_container, _ranges, options.Transfer);
        _listing = new BlobListing(_container, options.Transfer);
        _cache = new FileCache(options.Cache, metrics, time);
        _rangeBytes = options.Transfer.BlockBytes;
    }

    /// <summary>The container's address, without any secret.</summary>
    public string Address => _container.Address;

    public async Task<PutResult> CreateAsync(
        string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default)
    {
        CheckKey(key);
        using var file = _cache.NewFile();
        var content = await SpoolAsync(key, file, write, cancellation);
        if (await _writer.CreateAsync(key, file.Handle, content.Digest, cancellation) is { } before)
        {
            var digest = BlobMetadata.Digest(before.Metadata) ?? await DigestOfAsync(key, cancellation);
            return new PutResult(new ArtifactReference(key, digest, before.ContentLength), Created: false);
        }

        _cache.Add(content.Digest, file);
        return new PutResult(content, Created: true);
    }

    public async Task<ArtifactInfo?> FindAsync(string key, CancellationToken cancellation = default)
    {
        CheckKey(key);
        var blob = await _container.FindAsync(key, cancellation);
        return blob is null ? null : new ArtifactInfo(key, blob.ContentLength, blob.LastModified);
    }

    public async Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default)
    {
        CheckKey(key);
        var first = await _ranges.FetchAsync(key, 0, _rangeBytes, etag: default, cancellation);
        return new BlobReadStream(_ranges, key, first, start: 0, first.Total, _rangeBytes);
    }

    public async Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default)
    {
        CheckKey(key);
        if (offset >= 0 && length > 0 && offset <= long.MaxValue - length)
        {
            try
            {
                var first = await _ranges.FetchAsync(key, offset, (int)Math.Min(length, _rangeBytes), etag: default, cancellation);
                if (offset + length <= first.Total)
                    return new BlobReadStream(_ranges, key, first, offset, length, _rangeBytes);

                first.Dispose();
            }
            catch (ArgumentOutOfRangeException)
            {
                // Said below, with the artifact's length.
            }
        }

        var blob = await _container.FindAsync(key, cancellation) ?? throw new ArtifactNotFoundException(key);
        return offset >= 0 && length == 0 && offset <= blob.ContentLength
            ? new MemoryStream([], writable: false)
            : throw new ArgumentOutOfRangeException(
                nameof(offset), $"'{key}' has {blob.ContentLength} bytes; {length} bytes from {offset} do not lie within it.");
    }

    public Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default)
    {
        CheckKey(reference.Key);
        return _cache.FindOrAddAsync(reference, (file, token) => _download.ToFileAsync(reference, file, token), cancellation);
    }

    public async IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var info in _listing.ListAsync(ArtifactKey.CheckPrefix(prefix), cancellation))
            yield return info;
    }

    public Task<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        CheckKey(key);
        return _container.DeleteAsync(key, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => _container.CheckAsync(cancellation);

    // A folder's own file, and so nobody's artifact: the files of a folder can be copied into a container.
    private static void CheckKey(string key)
    {
        ArtifactKey.Check(key);
        if (key == StoreFolder.FormatFile)
            throw new ArgumentException($"'{key}' is not an artifact's key: it describes a store itself.");
    }

    private async Task<ArtifactReference> SpoolAsync(
        string key, CacheFile file, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        var stream = new ArtifactWriteStream(file.Handle);
        try
        {
            await write(stream, cancellation);
            return new ArtifactReference(key, stream.Complete(), stream.Length);
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw _cache.DiskFull(key, stream.Length, error);
        }
    }

    private async Task<string> DigestOfAsync(string key, CancellationToken cancellation)
    {
        await using var stream = await OpenReadAsync(key, cancellation);
        return await Digest.OfAsync(stream, cancellation);
    }
}
