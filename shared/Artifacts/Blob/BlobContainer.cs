using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.Artifacts.Blob;

/// <summary>The container that holds the artifacts, a blob each.</summary>
internal sealed class BlobContainer(BlobContainerClient client, BlobRequests requests, StoreOptions options, TimeProvider time)
{
    public BlockBlobClient Blob(string key) => client.GetBlockBlobClient(key);

    /// <summary>Sends nothing yet. The SDK tries nothing again: that is for <see cref="BlobRequests"/>.</summary>
    public static BlobContainerClient Open(BlobOptions options, ResilienceOptions resilience)
    {
        var client = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = resilience.AttemptTimeout } };
        var service = options.ServiceUri is { } uri
            ? new BlobServiceClient(uri, new DefaultAzureCredential(), client)
            : new BlobServiceClient(options.ConnectionString, client);
        return service.GetBlobContainerClient(options.Container);
    }

    /// <summary>Made only when a write finds none, so that an identity that may not make one does without.</summary>
    public Task CreateAsync(CancellationToken cancellation) =>
        requests.RunAsync("create-container", client.Name, token => client.CreateIfNotExistsAsync(cancellationToken: token), cancellation);

    /// <summary>Null when there is no such blob.</summary>
    public async Task<BlobProperties?> FindAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await requests.RunAsync("head", key, token => Blob(key).GetPropertiesAsync(cancellationToken: token), cancellation);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            return null;
        }
    }

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation) => await requests.RunAsync(
        "delete", key, token => Blob(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, null, token), cancellation);

    /// <summary>The artifacts below a prefix, in the service's order, which is ordinal. What has no valid name is passed over.</summary>
    /// <param name="prefix">Whole segments, without a <c>/</c> at its end; empty for everything.</param>
    public async IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // "a" is below "a", "ab" is not; asked apart, the many that may lie between "a" and "a/" are not read.
        if (ArtifactKey.IsValid(prefix) && await FindAsync(prefix, cancellation) is { } blob)
            yield return new ArtifactInfo(prefix, blob.ContentLength, blob.LastModified);

        string? next = null;
        do
        {
            (var items, next) = await PageAsync(prefix.Length == 0 ? "" : prefix + "/", next, cancellation);
            foreach (var item in items.Where(item => ArtifactKey.IsValid(item.Name)))
                yield return new ArtifactInfo(item.Name, item.Properties.ContentLength!.Value, item.Properties.LastModified!.Value);
        }
        while (next is not null);
    }

    /// <summary>Asks once, past the pipeline, whether the container is there; makes it if it is not.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        var timeout = options.Resilience.CheckTimeout;
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await ProbeAsync(both.Token);
        }
        catch (Exception error) when (limit.IsCancellationRequested && PassingFault.Is(error, cancellation))
        {
            throw new StoreUnavailableException(requests.Store, client.Name, $"no answer within {timeout.TotalSeconds} s", error);
        }
        catch (Exception error) when (requests.Meaning(client.Name, error, cancellation) is { } meaning)
        {
            throw meaning;
        }
    }

    private async Task ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            await client.GetPropertiesAsync(cancellationToken: cancellation);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancellation);
        }
    }

    /// <returns>Blobs in the order of their names, and where the next page starts; null after the last.</returns>
    private async Task<(IReadOnlyList<BlobItem> Items, string? Next)> PageAsync(
        string prefix, string? next, CancellationToken cancellation)
    {
        try
        {
            return await requests.RunAsync("list", prefix, async token =>
            {
                var pages = client.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, token).AsPages(next, options.Transfer.ListPage);
                var page = await pages.FirstAsync(token);
                return (page.Values, page.ContinuationToken is { Length: > 0 } after ? after : null);
            }, cancellation);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            return ([], null);
        }
    }
}

/// <summary>What a blob says of itself: the digest of its bytes, so that nobody has to download it to know, and which write made it, so
/// that a write whose answer was lost knows itself again.</summary>
internal static class BlobMetadata
{
    private const string DigestName = "sha256";
    private const string WriteName = "write";

    public static Dictionary<string, string> New(string digest) => new()
    {
        [DigestName] = digest[Artifacts.Digest.Prefix.Length..],
        [WriteName] = Guid.NewGuid().ToString("n"),
    };

    /// <summary>Null on a blob that something else than this store wrote.</summary>
    public static string? Digest(IDictionary<string, string> metadata) =>
        metadata.TryGetValue(DigestName, out var hex) && Artifacts.Digest.Prefix + hex is var digest && Artifacts.Digest.IsValid(digest)
            ? digest
            : null;

    public static bool IsSameWrite(IDictionary<string, string> one, IDictionary<string, string> other) =>
        one.TryGetValue(WriteName, out var write) && other.TryGetValue(WriteName, out var otherWrite) && write == otherWrite;
}
