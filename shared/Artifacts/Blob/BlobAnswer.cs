using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using Pipeline.Contracts;

namespace Pipeline.Artifacts.Blob;

/// <summary>What the service answered when it did not do as asked.</summary>
internal static class BlobAnswer
{
    /// <summary>There is no such blob, or no such container.</summary>
    public static bool IsNotFound(RequestFailedException error) => error.Status == 404;

    public static bool IsNoContainer(RequestFailedException error) => error.ErrorCode == BlobErrorCode.ContainerNotFound;

    /// <summary>A create-only write met a blob.</summary>
    public static bool IsTaken(RequestFailedException error) => IsChanged(error) || error.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    /// <summary>The blob has another ETag than the request was for.</summary>
    public static bool IsChanged(RequestFailedException error) => error.Status == 412;

    public static bool IsOutOfRange(RequestFailedException error) => error.Status == 416;

    /// <summary>Blocks that were staged are gone: another writer's commit dropped them, or the server lost them.</summary>
    public static bool AreBlocksGone(RequestFailedException error) => error.ErrorCode == BlobErrorCode.InvalidBlockList;

    public static bool IsForTheCaller(RequestFailedException error) =>
        IsNotFound(error) || IsTaken(error) || IsOutOfRange(error) || AreBlocksGone(error);

    // Without the SDK's error inside: of a refused signature it quotes what was signed.
    public static PipelineException Refusal(string store, string what, RequestFailedException error) => error.Status is 401 or 403
        ? new($"The store {store} does not let this identity at '{what}' ({error.Status} {error.ErrorCode}); valid is one with the role Storage Blob Data Contributor, or the account's key.")
        : new($"The store {store} refuses the request for '{what}': {error.Status} {error.ErrorCode}.");

    public static PipelineException NoIdentity(string store, AuthenticationFailedException error) =>
        new($"No identity of this machine opens the store {store}: {PassingFault.Reason(error)} Valid are a workload or managed identity, AZURE_CLIENT_ID and its companions, or az login.");
}
