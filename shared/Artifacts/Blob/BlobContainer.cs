using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>The container that holds the artifacts, a blob each.</summary>
internal sealed class BlobContainer(BlobContainerClient client, BlobRequests requests, TimeSpan checkTimeout, TimeProvider time)
{
    /// <summary>Where it is, without any signature.</summary>
    public string Address { get; } = BlobConnection.Address(client);

    public BlockBlobClient Blob(string key) => client.GetBlockBlobClient(key);

    /// <summary>Made only when a write finds none, so that an identity that may not make one does without.</summary>
    public Task CreateAsync(CancellationToken cancellation) =>
        requests.RunAsync("create-container", client.Name, token => client.CreateIfNotExistsAsync(cancellationToken: token), cancellation);

    /// <summary>Null when there is no such blob.</summary>
    public async Task<BlobProperties?> FindAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return (await requests.RunAsync(
                "head", key, token => Blob(key).GetPropertiesAsync(cancellationToken: token), cancellation)).Value;
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            return null;
        }
    }

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation) =>
        (await requests.RunAsync(
            "delete",
            key,
            token => Blob(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token),
            cancellation)).Value;

    /// <summary>One page of blobs in the order of their names; the second part says where the next page starts, empty after the
    /// last.</summary>
    public async Task<(IReadOnlyList<BlobItem> Items, string Next)> ListAsync(
        string prefix, string next, int size, CancellationToken cancellation)
    {
        try
        {
            return await requests.RunAsync("list", prefix, async token =>
            {
                var pages = client.GetBlobsAsync(
                    new GetBlobsOptions { Prefix = prefix }, token).AsPages(next.Length == 0 ? null : next, size);
                await foreach (var page in pages)
                    return (page.Values, page.ContinuationToken ?? "");

                return ([], "");
            }, cancellation);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            return ([], "");
        }
    }

    /// <summary>Asks once, past the pipeline, whether the container is there; makes it if it is not.</summary>
    /// <exception cref="StoreUnavailableException">No answer in time.</exception>
    /// <exception cref="PipelineException">The answer is no.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(checkTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await ProbeAsync(both.Token);
        }
        catch (Exception error) when (PassingFault.Is(error, cancellation))
        {
            var reason = limit.IsCancellationRequested ? $"no answer within {checkTimeout.TotalSeconds} s" : PassingFault.Reason(error);
            throw new StoreUnavailableException(Address, client.Name, reason, error);
        }
        catch (RequestFailedException error)
        {
            throw BlobAnswer.Refusal(Address, client.Name, error);
        }
        catch (AuthenticationFailedException error)
        {
            throw BlobAnswer.NoIdentity(Address, error);
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
}

/// <summary>The artifacts below a prefix. What has no artifact's name is passed over.</summary>
internal sealed class BlobListing(BlobContainer container, TransferOptions transfer)
{
    /// <param name="prefix">Whole segments, without a <c>/</c> at its end; empty for everything.</param>
    /// <returns>In ordinal order, which is the service's own.</returns>
    public async IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // "a" is below "a", "ab" is not; asked apart, the many that may lie between "a" and "a/" are not read.
        if (prefix.Length > 0 && prefix != StoreFolder.FormatFile && await container.FindAsync(prefix, cancellation) is { } blob)
            yield return new ArtifactInfo(prefix, blob.ContentLength, blob.LastModified);

        var next = "";
        do
        {
            (var items, next) = await container.ListAsync(prefix.Length == 0 ? "" : prefix + "/", next, transfer.ListPage, cancellation);
            foreach (var item in items.Where(item => item.Name != StoreFolder.FormatFile && ArtifactKey.IsValid(item.Name)))
                yield return new ArtifactInfo(item.Name, item.Properties.ContentLength!.Value, item.Properties.LastModified!.Value);
        }
        while (next.Length > 0);
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

/// <summary>The SDK's client as this store wants it.</summary>
internal static class BlobConnection
{
    /// <summary>Sends nothing yet. The SDK tries nothing again: that is for <see cref="BlobRequests"/>.</summary>
    public static BlobContainerClient Open(BlobOptions options, ResilienceOptions resilience)
    {
        var client = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = resilience.AttemptTimeout } };
        var service = options.ServiceUri is { } uri
            ? new BlobServiceClient(uri, new DefaultAzureCredential(), client)
            : new BlobServiceClient(options.ConnectionString, client);
        return service.GetBlobContainerClient(options.Container);
    }

    /// <summary>Where it is, without any signature.</summary>
    public static string Address(BlobContainerClient container) => container.Uri.GetLeftPart(UriPartial.Path);
}
