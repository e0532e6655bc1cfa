using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Images;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Importing;

/// <summary>Reads image files and holds them against what was planned: a dataset version is named by its content.</summary>
public sealed class FilesChunkReader(IArtifactStore store, ImportPlan plan, FilesChunk chunk) : IChunkReader
{
    private readonly ImageDecoder _decoder = new(plan.Input, plan.MaxPixels);

    /// <exception cref="PipelineException">A file is not what it was when the import was planned.</exception>
    public async IAsyncEnumerable<ReadItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var item in JsonLines.ReadAsync<SourceItem>(await store.OpenReadAsync(chunk.List.Key, cancellation), cancellation))
        {
            yield return await ReadAsync(item, cancellation);
        }
    }

    public DecodedImage Decode(byte[] content) => _decoder.Decode(content);

    private async Task<ReadItem> ReadAsync(SourceItem item, CancellationToken cancellation)
    {
        if (item.Sha256 is null)
        {
            return new ReadItem(item, null, RejectionReason.Unreadable);
        }

        if (item.Bytes > plan.MaxFileBytes)
        {
            return new ReadItem(item, null, RejectionReason.TooLarge, $"{item.Bytes} bytes; at most {plan.MaxFileBytes}");
        }

        var path = Path.Combine(plan.Source, item.Path);
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Changed(path, "is gone", error);
        }

        return Convert.ToHexStringLower(SHA256.HashData(content)) == item.Sha256 ? new ReadItem(item, content) : throw Changed(path, "has changed");
    }

    private static PipelineException Changed(string path, string how, Exception? inner = null) =>
        new($"'{path}' {how} since its import was planned. Request the run again, once nobody writes to the files.", inner);
}
