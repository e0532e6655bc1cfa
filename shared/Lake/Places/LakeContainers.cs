using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Pipeline.Lake.Places;

/// <summary>Clients for the Azure containers of the lake, one a location: each keeps its connections and its identity's token.</summary>
public sealed class LakeContainers
{
    private readonly ConcurrentDictionary<string, LakeContainer> _containers = new(StringComparer.Ordinal);
    private readonly Lazy<DefaultAzureCredential> _identity = new(() => new DefaultAzureCredential());

    /// <param name="location">An Azure container.</param>
    public LakeContainer Of(LakeLocation location) => _containers.GetOrAdd(location.Url, _ => Connect(location));

    /// <summary>The container that a location's URL names, and the prefix in it that the location begins with.</summary>
    /// <returns>Null where the URL names no container of the account.</returns>
    /// <exception cref="FormatException">The connection string is none.</exception>
    internal static (string Container, string Prefix)? AddressOf(LakeLocation location)
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

    private LakeContainer Connect(LakeLocation location)
    {
        var (container, prefix) = AddressOf(location)!.Value;
        var client = location.ConnectionString is { } connection
            ? new BlobContainerClient(connection, container, Options())
            : new BlobContainerClient(new BlobUriBuilder(new Uri(location.Url)) { BlobName = "" }.ToUri(), _identity.Value, Options());
        return new LakeContainer(client, prefix);
    }

    /// <summary>What the lake's clients do about faults that pass; whatever lasts longer is for the bus to repeat.</summary>
    private static BlobClientOptions Options() => new()
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
}

/// <param name="Prefix">Within the container, without <c>/</c> at its ends; empty for all of it.</param>
public sealed record LakeContainer(BlobContainerClient Client, string Prefix)
{
    /// <summary>What the names of blobs below a path start with.</summary>
    /// <param name="path">Below the location.</param>
    public string PrefixOf(string path) => string.Concat(new[] { Prefix, path }.Where(part => part.Length > 0).Select(part => part + "/"));
}
