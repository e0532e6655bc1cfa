using System.Runtime.CompilerServices;
using Azure;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>The artifacts below a prefix. What has no artifact's name is passed over.</summary>
internal sealed class BlobListing(BlobContainer container, TransferOptions transfer)
{
    /// <param name="prefix">Whole segments, without a <c>/</c> at its end; empty for everything.</param>
    /// <returns>In ordinal order, which is the service's own.</returns>
    public async IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // "a" is below "a", "ab" is not; asked apart, the many that may lie between "a" and "a/" are not read.
        if (prefix.Length > 0 && prefix != StoreFolder.FormatFile && await container.FindAsync(prefix, cancellation) is { } blob)
        {
            yield return Info(prefix, blob.ContentLength, blob.ETag, blob.LastModified);
        }

        var next = "";
        do
        {
            (var items, next) = await container.ListAsync(prefix.Length == 0 ? "" : prefix + "/", next, transfer.ListPage, cancellation);
            foreach (var item in items.Where(item => item.Name != StoreFolder.FormatFile && ArtifactKey.IsValid(item.Name)))
            {
                yield return Info(item.Name, item.Properties.ContentLength!.Value, item.Properties.ETag!.Value, item.Properties.LastModified!.Value);
            }
        }
        while (next.Length > 0);
    }

    public static ArtifactInfo Info(string key, long bytes, ETag etag, DateTimeOffset modified) => new(key, bytes, Text(etag), modified);

    /// <summary>One form for what comes in quotes from one request and without from another.</summary>
    public static string Text(ETag etag) => etag.ToString("G").Trim('"');
}
