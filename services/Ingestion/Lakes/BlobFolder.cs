using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Ingestion.Lakes;

/// <summary>The blobs below a prefix of an Azure container.</summary>
/// <param name="prefix">Ends with <c>/</c>, or is empty.</param>
/// <param name="name">Its URL.</param>
public sealed class BlobFolder(BlobContainerClient container, string prefix, string name) : ILakeFolder
{
    /// <summary>Metadata with which directories of data lakes, and links that mounts leave, are marked.</summary>
    private static readonly string[] Marks = ["hdi_isfolder", "is_symlink"];

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

    public Task<IReadOnlyList<string>> FoldersAsync(CancellationToken cancellation = default) => BlobFailure.GuardAsync<IReadOnlyList<string>>(
        name,
        async () => await container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancellation)
            .Where(item => item.IsPrefix)
            .Select(item => item.Prefix[prefix.Length..^1])
            .Where(folder => LakeNames.IsSafe(folder) && !LakeNames.IsHidden(folder))
            .Order(StringComparer.Ordinal)
            .ToListAsync(cancellation),
        cancellation);

    public Task<FolderEntries> EntriesAsync(string path, CancellationToken cancellation = default) => throw new NotImplementedException();

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
            if (IsMark(path, blob.Properties.ContentLength ?? 0, blob.Metadata))
            {
                continue;
            }

            if (!LakeNames.IsSafe(path))
            {
                files.Add(new LakeFile(LakeNames.Shown(path), Safe: false));
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
        return IsMark(path, properties.ContentLength, properties.Metadata) ? LakeFolderState.Folder : LakeFolderState.File;
    }

    private static bool IsMark(string path, long bytes, IDictionary<string, string> metadata) =>
        (bytes == 0 && (path.Length == 0 || path.EndsWith('/')))
        || Marks.Any(mark => metadata.Any(pair => pair.Key.Equals(mark, StringComparison.OrdinalIgnoreCase) && pair.Value.Equals("true", StringComparison.OrdinalIgnoreCase)));

    private BlobClient BlobOf(string path) => container.GetBlobClient(prefix + path);
}
