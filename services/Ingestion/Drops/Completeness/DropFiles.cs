using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>What lies in the lake itself, for manifests.</summary>
public sealed class DropFiles(LakeFolders lakes, DropExperiments experiments, IArtifactStore store)
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

    /// <summary>By the modality of the experiments that wait for the dataset's drops; where one reads it as sequences, by their rule, which leaves fewer files out.</summary>
    public async Task<long> CountAsync(string dataset, string url, string manifest, CancellationToken cancellation)
    {
        var folder = lakes.Open(url);
        return await folder.StateAsync(cancellation) == LakeFolderState.Folder
            ? await folder.FilesAsync(await ContentAsync(dataset, cancellation), cancellation).LongCountAsync(file => file.Path.Split('/')[^1] != manifest, cancellation)
            : 0;
    }

    private async Task<LakeContent> ContentAsync(string dataset, CancellationToken cancellation)
    {
        foreach (var reference in await experiments.ListAsync(dataset, cancellation))
        {
            var experiment = await store.ReadManifestAsync<Experiment>(reference, cancellation);
            if (LakeContents.Of(experiment.Modality) == LakeContent.Sequences)
            {
                return LakeContent.Sequences;
            }
        }

        return LakeContent.Images;
    }
}
