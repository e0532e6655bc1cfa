using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Reads files, and what was unpacked of archives and tables, and checks them against the plan: a dataset version is named by its
/// content.</summary>
/// <param name="folder">The plan's source.</param>
internal sealed class FilesChunkReader(
    IArtifactStore store, ILakeFolder folder, ImportPlan plan, FilesChunk chunk, IngestionOptions options)
{
    /// <summary>Larger files of sequences lie in temporary files, not in memory.</summary>
    private const int LargestInMemory = 1 << 20;

    /// <summary>The items in order, images decoded. The content of an item is valid until the next is asked for.</summary>
    /// <exception cref="PipelineException">A file, or the store, is not what it was when the import was planned.</exception>
    public async IAsyncEnumerable<ReadItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var list = chunk.List
            ?? throw new PipelineException(
                $"'{ImportPlan.PartKeyOf(plan.Dataset, chunk.Part)}' was deleted since its import was planned. Delete {plan.Key} too, and "
                    + "request the run again.");
        var decoder = plan.Sequences is null ? plan.Decoding.ImageDecoder() : null;
        var items = JsonLines.ReadAsync<SourceItem>(await store.OpenReadAsync(list.Key, cancellation), cancellation);
        await foreach (var read in ReadAhead.InOrderAsync(
            items, options.ReadAhead, options.ReadAheadBytes, item => IsLarge(item) ? 0 : item.Bytes, ReadAsync, cancellation))
        {
            yield return decoder is null || read.Content is null ? read : read.Decoded(content => decoder.Decode(content), plan.Input);
            if (read.Content is { } content)
                FileBuffers.Return(content);
        }
    }

    private async Task<ReadItem> ReadAsync(SourceItem item, CancellationToken cancellation)
    {
        if (ReadItem.Refused(item, plan.Decoding.MaxFileBytes) is { } refused)
            return refused;

        try
        {
            await using var stream = item.Offset is { } offset
                ? await UnpackedAsync(offset, item.Bytes, cancellation)
                : await folder.OpenReadAsync(item.Path, cancellation);
            if (IsLarge(item))
                return new ReadItem(item, null, File: await SpillAsync(item, stream, cancellation));

            var content = FileBuffers.Rent(checked((int)item.Bytes));
            return await FileBuffers.FillAsync(content, stream, cancellation)
                && Convert.ToHexStringLower(SHA256.HashData(content)) == item.Sha256
                ? new ReadItem(item, content)
                : throw await ChangedAsync(item, cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Changed(item.Path, "is gone", error);
        }
    }

    private bool IsLarge(SourceItem item) => plan.Sequences is not null && item.Bytes > LargestInMemory;

    private async Task<FileStream> SpillAsync(SourceItem item, Stream stream, CancellationToken cancellation)
    {
        var file = TemporaryFile.Create();
        await stream.CopyToAsync(file, cancellation);
        file.Position = 0;
        if (await Fingerprint.OfAsync(file, cancellation) != (item.Bytes, item.Sha256!))
        {
            await file.DisposeAsync();
            throw await ChangedAsync(item, cancellation);
        }

        file.Position = 0;
        return file;
    }

    private async Task<Stream> UnpackedAsync(long offset, long bytes, CancellationToken cancellation)
    {
        // Where no item of the chunk has a byte, nothing was unpacked.
        if (bytes == 0)
            return Stream.Null;

        var file = await store.MaterializeAsync(chunk.Unpacked!, cancellation);
        return new RangeStream(File.OpenHandle(file), offset, bytes);
    }

    private async Task<PipelineException> ChangedAsync(SourceItem item, CancellationToken cancellation)
    {
        await new KnownFiles(store, plan.Source).ForgetAsync(cancellation);
        return Changed(item.Path, "has changed");
    }

    private PipelineException Changed(string path, string how, Exception? inner = null) =>
        new($"'{folder.NameOf(path)}' {how} since its import was planned. Request the run again, once nobody writes to the files.", inner);
}
