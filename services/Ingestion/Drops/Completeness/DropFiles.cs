using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>What lies in the lake itself, for manifests.</summary>
public sealed class DropFiles(LakeFolders lakes)
{
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string url, CancellationToken cancellation)
    {
        var at = url.LastIndexOf('/');
        var folder = lakes.Open(url[..at]);
        try
        {
            await using var stream = await folder.OpenReadAsync(url[(at + 1)..], cancellation);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, cancellation);
            return content.ToArray();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public async Task<long> CountAsync(string url, string manifest, CancellationToken cancellation)
    {
        var folder = lakes.Open(url);
        return await folder.StateAsync(cancellation) == LakeFolderState.Folder
            ? await folder.FilesAsync(LakeContent.Images, cancellation).LongCountAsync(file => file.Path.Split('/')[^1] != manifest, cancellation)
            : 0;
    }
}
