using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Pipeline.Artifacts.Caching;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Artifacts as blobs of one container: a key is the blob's name. Any number of processes on any number of machines may share it.
/// Each request rides out passing faults; files that were written or materialized stay on this machine in a cache.</summary>
public sealed class BlobArtifactStore : IArtifactStore
{
    private readonly BlobContainer _container;
    private readonly BlobReader _reader;
    private readonly BlobWriter _writer;
    private readonly FileCache _cache;

    /// <exception cref="PipelineException">The cache's folder cannot be written.</exception>
    public BlobArtifactStore(StoreOptions options, ILoggerFactory logs, IMeterFactory meters, TimeProvider time)
    {
        var metrics = new ArtifactMetrics(meters);
        var client = BlobContainer.Open(options.Blob, options.Resilience);
        Address = client.Uri.GetLeftPart(UriPartial.Path);
        var requests = new BlobRequests(Address, options.Resilience, logs, metrics, time);
        _container = new BlobContainer(client, requests, options, time);
        _reader = new BlobReader(_container, requests, options.Transfer, metrics);
        _writer = new BlobWriter(_container, requests, options, metrics);
        _cache = new FileCache(options.Cache, metrics, time);
    }

    /// <summary>The container's address, without any secret.</summary>
    public string Address { get; }

    public async Task<PutResult> CreateAsync(
        string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default)
    {
        ArtifactKey.Check(key);
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
        ArtifactKey.Check(key);
        var blob = await _container.FindAsync(key, cancellation);
        return blob is null ? null : new ArtifactInfo(key, blob.ContentLength, blob.LastModified);
    }

    public async Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default)
    {
        ArtifactKey.Check(key);
        var first = await _reader.FetchAsync(key, 0, long.MaxValue, etag: default, cancellation);
        return new BlobReadStream(_reader, key, first, start: 0, first.Total);
    }

    public async Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default)
    {
        ArtifactKey.Check(key);
        if (offset >= 0 && length > 0 && offset <= long.MaxValue - length)
        {
            var first = await _reader.FetchAsync(key, offset, length, etag: default, cancellation);
            if (offset + length <= first.Total)
                return new BlobReadStream(_reader, key, first, offset, length);

            first.Dispose();
        }

        var blob = await _container.FindAsync(key, cancellation) ?? throw new ArtifactNotFoundException(key);
        return offset >= 0 && length == 0 && offset <= blob.ContentLength
            ? new MemoryStream([], writable: false)
            : throw new ArgumentOutOfRangeException(
                nameof(offset), $"'{key}' has {blob.ContentLength} bytes; {length} bytes from {offset} do not lie within it.");
    }

    public Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default)
    {
        ArtifactKey.Check(reference.Key);
        return _cache.FindOrAddAsync(reference, (file, token) => _reader.DownloadAsync(reference, file, token), cancellation);
    }

    public IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, CancellationToken cancellation = default) =>
        _container.ListAsync(ArtifactKey.CheckPrefix(prefix), cancellation);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        ArtifactKey.Check(key);
        return _container.DeleteAsync(key, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => _container.CheckAsync(cancellation);

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
            throw FolderFailure.DiskFull(key, _cache.Folder, stream.Length, error);
        }
    }

    private async Task<string> DigestOfAsync(string key, CancellationToken cancellation)
    {
        await using var stream = await OpenReadAsync(key, cancellation);
        return await Digest.OfAsync(stream, cancellation);
    }
}
