using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Pipeline.Lake.Places;

/// <summary>Clients for the Azure containers of the lake, one a location: each keeps its connections and its identity's token.</summary>
public sealed class LakeContainers
{
    private readonly ConcurrentDictionary<string, BlobContainerClient> _clients = new(StringComparer.Ordinal);
    private readonly Lazy<DefaultAzureCredential> _identity = new(() => new DefaultAzureCredential());

    /// <returns>The container, and the prefix of the blobs below the place: empty, or with a slash at its end.</returns>
    internal (BlobContainerClient Container, string Prefix) At(LakePath place)
    {
        var (container, top) = AddressOf(place.Location)!.Value;
        var prefix = string.Concat(new[] { top, place.Path }.Where(part => part.Length > 0).Select(part => part + "/"));
        return (_clients.GetOrAdd(place.Location.Url, _ => Connect(place.Location, container)), prefix);
    }

    /// <summary>The container that a location's URL names, and the path in it that the location begins with.</summary>
    /// <returns>Null if the URL names no container of the account.</returns>
    /// <exception cref="FormatException">The connection string is none.</exception>
    internal static (string Container, string Path)? AddressOf(LakeLocation location)
    {
        if (location.ConnectionString is null)
        {
            var uri = new BlobUriBuilder(new Uri(location.Url));
            return uri.BlobContainerName.Length == 0 ? null : (uri.BlobContainerName, uri.BlobName);
        }

        // The account's address can be any, such as that of an emulator: only the connection string tells where it ends.
        var account = new BlobServiceClient(location.ConnectionString).Uri.AbsoluteUri.TrimEnd('/') + "/";
        if (!location.Url.StartsWith(account, StringComparison.Ordinal))
            return null;

        var segments = location.Url[account.Length..].Split('/', 2);
        return (segments[0], segments.Length > 1 ? segments[1] : "");
    }

    private BlobContainerClient Connect(LakeLocation location, string container)
    {
        // For faults that pass; whatever lasts longer is for the bus to repeat.
        var options = new BlobClientOptions
        {
            Retry =
            {
                Mode = RetryMode.Exponential,
                MaxRetries = 4,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                NetworkTimeout = TimeSpan.FromSeconds(30),
            },
        };
        return location.ConnectionString is { } connection
            ? new BlobContainerClient(connection, container, options)
            : new BlobContainerClient(new BlobUriBuilder(new Uri(location.Url)) { BlobName = "" }.ToUri(), _identity.Value, options);
    }
}
