using System.ComponentModel.DataAnnotations;
using Azure.Storage.Blobs;

namespace Pipeline.Artifacts;

/// <summary>Bound from "Store:Blob". Errors tell of the connection string, but never show it.</summary>
public sealed class BlobOptions : IValidatableObject
{
    /// <summary>For development, with a key or signature in it: <c>UseDevelopmentStorage=true</c> is an Azurite on this machine.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For production: <c>https://ACCOUNT.blob.core.windows.net</c>, opened by the identity of the machine.</summary>
    public Uri? ServiceUri { get; set; }

    /// <summary>Made where there is none and this identity may make one. 3 to 63 lower-case letters, digits and single hyphens.</summary>
    [Required]
    [RegularExpression(
        "[a-z0-9](-?[a-z0-9]){2,62}", ErrorMessage = "A container has 3 to 63 lower-case letters, digits and single hyphens between them.")]
    [StringLength(63)]
    public string Container { get; set; } = "pipeline";

    /// <summary>Whether the artifacts lie in blob storage at all.</summary>
    internal bool IsChosen => !string.IsNullOrWhiteSpace(ConnectionString) || ServiceUri is not null;

    /// <returns>Faults that name no member: whoever tells of them would show its value.</returns>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(ConnectionString) && ServiceUri is not null)
        {
            yield return new ValidationResult(
                $"There is both a {nameof(ConnectionString)} and a {nameof(ServiceUri)}; only one must be set.");
        }

        if (!string.IsNullOrWhiteSpace(ConnectionString) && !IsConnectionString(ConnectionString))
        {
            yield return new ValidationResult(
                $"The {nameof(ConnectionString)} must be one of Azure Storage: 'UseDevelopmentStorage=true' or "
                + "'DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net'.");
        }

        if (ServiceUri is not null && !IsServiceUri(ServiceUri))
        {
            yield return new ValidationResult(
                $"The {nameof(ServiceUri)} must be https://ACCOUNT.blob.core.windows.net or the like, without a signature or other query: "
                + "the identity of the machine opens it.");
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
