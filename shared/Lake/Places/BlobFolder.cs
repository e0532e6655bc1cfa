using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>The blobs below a prefix of an Azure container.</summary>
/// <param name="prefix">Ends with <c>/</c>, or is empty.</param>
/// <param name="name">Its URL.</param>
public sealed class BlobFolder(BlobContainerClient container, string prefix, string name) : ILakeFolder
{
    /// <summary>Metadata that marks the directories of data lakes.</summary>
    private const string FolderMark = "hdi_isfolder";

    /// <summary>Metadata that marks the links that mounts leave.</summary>
    private const string LinkMark = "is_symlink";

    public string Name => name;
    public string NameOf(string path) => $"{name}/{path}";

    public Task<LakeFolderState> StateAsync(CancellationToken cancellation = default) => BlobFailure.GuardAsync(
        name,
        async () =>
        {
            if (!await container.ExistsAsync(cancellation))
                return LakeFolderState.Missing;

            var pages = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation).AsPages(pageSizeHint: 1);
            if (await pages.AnyAsync(page => page.Values.Count > 0, cancellation) || prefix.Length == 0)
                return LakeFolderState.Folder;

            var blob = container.GetBlobClient(prefix.TrimEnd('/'));
            if (!await blob.ExistsAsync(cancellation))
                return LakeFolderState.Missing;

            var metadata = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value.Metadata;
            return IsMarked(metadata, FolderMark) || IsMarked(metadata, LinkMark) ? LakeFolderState.Folder : LakeFolderState.File;
        },
        cancellation);

    public async IAsyncEnumerable<LakeFile> FilesAsync(
        LakeContent content, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var files = new SortedFiles();
        await foreach (var blob in GuardedAsync(
            container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellation), cancellation))
        {
            var path = blob.Name[prefix.Length..];
            if (IsFolder(path, blob))
                continue;

            if (IsMarked(blob.Metadata, LinkMark))
                files.Add(new LakeFile(LakeNames.Shown(path), IsLink: true));
            else if (!LakeNames.IsSafe(path))
                files.Add(new LakeFile(LakeNames.Shown(path), RejectionReason.UnsafeName));
            else if (LakeNames.MayBeContent(path, content))
                files.Add(new LakeFile(path, Version: blob.Properties.ETag?.ToString(), Bytes: blob.Properties.ContentLength ?? 0));
        }

        foreach (var file in files.InOrder())
            yield return file;
    }

    public async IAsyncEnumerable<LakeEntry> EntriesAsync(string path, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var below = prefix + path;
        var items = container.GetBlobsByHierarchyAsync(BlobTraits.Metadata, BlobStates.None, "/", below, cancellation);
        await foreach (var item in GuardedAsync(items, cancellation))
        {
            var entry = item.IsPrefix ? item.Prefix[below.Length..^1] : item.Blob.Name[below.Length..];
            if (LakeNames.IsSafe(entry) && !LakeNames.IsHidden(entry)
                && (item.IsPrefix || !(IsFolder(entry, item.Blob) || IsMarked(item.Blob.Metadata, LinkMark))))
            {
                yield return new LakeEntry(entry, item.IsPrefix);
            }
        }
    }

    public Task<bool> HasFileAsync(string path, CancellationToken cancellation = default) =>
        BlobFailure.GuardAsync(NameOf(path), async () => (await BlobOf(path).ExistsAsync(cancellation)).Value, cancellation);

    public async Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default)
    {
        var download = await BlobFailure.GuardAsync(
            NameOf(path), () => BlobOf(path).DownloadStreamingAsync(cancellationToken: cancellation), cancellation);
        return new GuardedStream(download.Value.Content, NameOf(path));
    }

    private async IAsyncEnumerable<T> GuardedAsync<T>(AsyncPageable<T> listing, [EnumeratorCancellation] CancellationToken cancellation)
        where T : notnull
    {
        await using var pages = listing.AsPages().GetAsyncEnumerator(cancellation);
        while (await BlobFailure.GuardAsync(name, () => pages.MoveNextAsync().AsTask(), cancellation))
        {
            foreach (var item in pages.Current.Values)
                yield return item;
        }
    }

    private static bool IsFolder(string path, BlobItem blob) =>
        (blob.Properties.ContentLength is null or 0 && (path.Length == 0 || path.EndsWith('/'))) || IsMarked(blob.Metadata, FolderMark);

    private static bool IsMarked(IDictionary<string, string> metadata, string mark) => metadata.Any(pair =>
        pair.Key.Equals(mark, StringComparison.OrdinalIgnoreCase) && pair.Value.Equals("true", StringComparison.OrdinalIgnoreCase));

    private BlobClient BlobOf(string path) => container.GetBlobClient(prefix + path);
}

/// <summary>What blob storage answers, as the faults that <see cref="ILakeFolder"/> names.</summary>
internal static class BlobFailure
{
    /// <param name="name">What is wanted: a URL.</param>
    public static async Task<T> GuardAsync<T>(string name, Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && Of(error, name) is { } failure)
        {
            throw failure;
        }
    }

    /// <returns>Null if the error says it best itself.</returns>
    private static Exception? Of(Exception error, string name) => error switch
    {
        RequestFailedException { Status: 401 or 403 } refused => new PipelineException(
            $"'{name}' may not be read or written: {refused.ErrorCode ?? $"status {refused.Status}"}. A connection string in "
                + "Lake:Locations, or an identity, must have the right to.", error),
        AuthenticationFailedException none => new PipelineException(
            $"There is no identity for '{name}': {FirstLine(none.Message)} There must be a connection string in Lake:Locations, or an "
                + "identity that Azure knows.", error),
        RequestFailedException { Status: 404, ErrorCode: "ContainerNotFound" } => new PipelineException(
            $"There is no container for '{name}'; the container must exist.", error),
        RequestFailedException { Status: 404 } => new FileNotFoundException($"There is no '{name}'.", error),
        // Conflict: archived, or not rehydrated yet.
        RequestFailedException { Status: 409 } refused =>
            new UnauthorizedAccessException($"'{name}' cannot be read now: {refused.ErrorCode}.", error),
        // No answer, timed out, changed while it was read, throttled, or a fault of the server.
        RequestFailedException { Status: 0 or 408 or 412 or 429 or >= 500 }
            or IOException or AggregateException or OperationCanceledException =>
            new LakeUnavailableException($"'{name}' could not be reached: {FirstLine(error.GetBaseException().Message)}", error),
        _ => null,
    };

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();
}

/// <summary>A blob that is being read. A broken connection is a <see cref="LakeUnavailableException"/>, never the end.</summary>
internal sealed class GuardedStream(Stream inner, string name) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Advance(await BlobFailure.GuardAsync(name, () => inner.ReadAsync(buffer, cancellationToken).AsTask(), cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();

        base.Dispose(disposing);
    }
}
