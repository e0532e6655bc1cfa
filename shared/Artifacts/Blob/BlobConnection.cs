using Azure.Identity;
using Azure.Storage.Blobs;

namespace Pipeline.Artifacts.Blob;

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
