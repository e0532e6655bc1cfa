using System.ComponentModel.DataAnnotations;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Pipeline.Artifacts.Blob;

/// <summary>Bound from "Store:Blob". Errors tell of the connection string, but never show it.</summary>
public sealed class BlobOptions : IValidatableObject
{
    /// <summary>For development, with a key or signature in it: <c>UseDevelopmentStorage=true</c> is an Azurite on this machine.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For production: <c>https://ACCOUNT.blob.core.windows.net</c>, entered with whatever identity the machine has (workload or managed identity, environment, Azure CLI).</summary>
    public Uri? ServiceUri { get; set; }

    /// <summary>Made where there is none and this identity may make one. 3 to 63 lower-case letters, digits and single hyphens.</summary>
    [Required]
    [RegularExpression("[a-z0-9](-?[a-z0-9]){2,62}", ErrorMessage = "A container has 3 to 63 lower-case letters, digits and single hyphens between them.")]
    [StringLength(63)]
    public string Container { get; set; } = "pipeline";

    /// <summary>Whether the artifacts lie in blob storage at all.</summary>
    internal bool IsChosen => !string.IsNullOrWhiteSpace(ConnectionString) || ServiceUri is not null;

    /// <returns>Faults that name no member: whoever tells of them would show its value.</returns>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(ConnectionString) && ServiceUri is not null)
        {
            yield return new ValidationResult($"There is both a {nameof(ConnectionString)} and a {nameof(ServiceUri)}; valid is one of them.");
        }

        if (!string.IsNullOrWhiteSpace(ConnectionString) && !IsConnectionString(ConnectionString))
        {
            yield return new ValidationResult(
                $"The {nameof(ConnectionString)} is none of Azure Storage; valid is 'UseDevelopmentStorage=true' or 'DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net'.");
        }

        if (ServiceUri is not null && !IsServiceUri(ServiceUri))
        {
            yield return new ValidationResult(
                $"The {nameof(ServiceUri)} must be https://ACCOUNT.blob.core.windows.net or the like, without a signature or other query: the identity of the machine opens it.");
        }
    }

    private static bool IsServiceUri(Uri uri) =>
        uri is { IsAbsoluteUri: true, Scheme: "https", Query: "", Fragment: "", UserInfo: "" };

    // The SDK has no way to ask; what it says of a bad one may hold the key, so that is dropped.
    private static bool IsConnectionString(string text)
    {
        try
        {
            _ = new BlobServiceClient(text);
            return true;
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
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

/// <summary>Bound from "Store:Transfer". Memory for one artifact under way is about <see cref="BlockBytes"/> × <see cref="Parallel"/>.</summary>
public sealed class TransferOptions
{
    /// <summary>What one request carries: a larger artifact is written in blocks of this size, and read in such ranges.</summary>
    [Range(1 << 16, 100 << 20)]
    public int BlockBytes { get; set; } = 8 << 20;

    /// <summary>Requests at the same time for one large artifact.</summary>
    [Range(1, 64)]
    public int Parallel { get; set; } = 8;

    /// <summary>Artifacts that one request lists.</summary>
    [Range(1, 5000)]
    public int ListPage { get; set; } = 1000;
}

/// <summary>
/// Bound from "Store:Resilience". The defaults ride out a store that is down for more than a minute; after that the message that needed it
/// is tried again by the bus.
/// </summary>
public sealed class ResilienceOptions
{
    /// <summary>How often a request is tried in all.</summary>
    [Range(2, 100)]
    public int Attempts { get; set; } = 12;

    /// <summary>The wait before the second attempt, on average; it doubles from one attempt to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest that one attempt may take: one block there or back.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of requests that must fail for the circuit to open: then nothing is sent for <see cref="BreakDuration"/>.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Fewer requests than this within <see cref="BreakerSampling"/> say nothing.</summary>
    [Range(2, 10_000)]
    public int BreakerMinimumThroughput { get; set; } = 10;

    /// <summary>The time over which requests are counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit waits until it lets one request through to see.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that the question whether the store is there may take; it is asked once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
