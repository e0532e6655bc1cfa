using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Ingestion.Lakes;

/// <summary>The blobs below a prefix of an Azure container.</summary>
/// <param name="prefix">Ends with <c>/</c>, or is empty.</param>
/// <param name="name">Its URL.</param>
public sealed class BlobFolder(BlobContainerClient container, string prefix, string name) : ILakeFolder
{
    /// <summary>Metadata with which directories of data lakes are marked.</summary>
    private const string FolderMark = "hdi_isfolder";

    /// <summary>Metadata with which links that mounts leave are marked.</summary>
    private const string LinkMark = "is_symlink";

    public string Name => name;

    public string NameOf(string path) => $"{name}/{path}";

    public Task<LakeFolderState> StateAsync(CancellationToken cancellation = default) => BlobFailure.GuardAsync(
        name,
        async () =>
        {
            if (!await container.ExistsAsync(cancellation))
            {
                return LakeFolderState.Missing;
            }

            await foreach (var _ in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation).AsPages(pageSizeHint: 1).SelectMany(page => page.Values))
            {
                return LakeFolderState.Folder;
            }

            return prefix.Length == 0 ? LakeFolderState.Folder : await StateOfBlobAsync(cancellation);
        },
        cancellation);

    public async IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var files = new SortedFiles();
        await BlobFailure.GuardAsync(name, () => ListAsync(files, content, cancellation), cancellation);
        foreach (var file in files.InOrder())
        {
            yield return file;
        }
    }

    public async IAsyncEnumerable<LakeEntry> EntriesAsync(string path, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var below = prefix + path;
        await using var pages = container.GetBlobsByHierarchyAsync(BlobTraits.Metadata, BlobStates.None, "/", below, cancellation).AsPages().GetAsyncEnumerator(cancellation);
        while (await BlobFailure.GuardAsync(name, () => pages.MoveNextAsync().AsTask(), cancellation))
        {
            foreach (var item in pages.Current.Values)
            {
                var entry = item.IsPrefix ? item.Prefix[below.Length..^1] : item.Blob.Name[below.Length..];
                if (LakeNames.IsSafe(entry) && !LakeNames.IsHidden(entry) && (item.IsPrefix || !(IsFolder(entry, item.Blob) || IsMarked(item.Blob.Metadata, LinkMark))))
                {
                    yield return new LakeEntry(entry, item.IsPrefix);
                }
            }
        }
    }

    public Task<bool> HasFileAsync(string path, CancellationToken cancellation = default) =>
        BlobFailure.GuardAsync(NameOf(path), async () => (await BlobOf(path).ExistsAsync(cancellation)).Value, cancellation);

    public async Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default)
    {
        var download = await BlobFailure.GuardAsync(NameOf(path), () => BlobOf(path).DownloadStreamingAsync(cancellationToken: cancellation), cancellation);
        return new BlobReadStream(download.Value.Content, NameOf(path));
    }

    private async Task ListAsync(SortedFiles files, LakeContent content, CancellationToken cancellation)
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellation))
        {
            var path = blob.Name[prefix.Length..];
            if (IsFolder(path, blob))
            {
                continue;
            }

            if (IsMarked(blob.Metadata, LinkMark))
            {
                files.Add(new LakeFile(LakeNames.Shown(path), IsLink: true));
            }
            else if (!LakeNames.IsSafe(path))
            {
                files.Add(new LakeFile(LakeNames.Shown(path), RejectionReason.UnsafeName));
            }
            else if (LakeNames.MayBeContent(path, content))
            {
                files.Add(new LakeFile(path, Version: blob.Properties.ETag?.ToString(), Bytes: blob.Properties.ContentLength ?? 0));
            }
        }
    }

    private async Task<LakeFolderState> StateOfBlobAsync(CancellationToken cancellation)
    {
        var path = prefix.TrimEnd('/');
        var blob = container.GetBlobClient(path);
        if (!await blob.ExistsAsync(cancellation))
        {
            return LakeFolderState.Missing;
        }

        var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
        return IsMarked(properties.Metadata, FolderMark) || IsMarked(properties.Metadata, LinkMark) ? LakeFolderState.Folder : LakeFolderState.File;
    }

    private static bool IsFolder(string path, BlobItem blob) => (blob.Properties.ContentLength is null or 0 && (path.Length == 0 || path.EndsWith('/'))) || IsMarked(blob.Metadata, FolderMark);

    private static bool IsMarked(IDictionary<string, string> metadata, string mark) =>
        metadata.Any(pair => pair.Key.Equals(mark, StringComparison.OrdinalIgnoreCase) && pair.Value.Equals("true", StringComparison.OrdinalIgnoreCase));

    private BlobClient BlobOf(string path) => container.GetBlobClient(prefix + path);
}
