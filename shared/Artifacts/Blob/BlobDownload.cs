using Microsoft.Win32.SafeHandles;
using Pipeline.Contracts;

namespace Pipeline.Artifacts.Blob;

/// <summary>Brings a blob into a file, range beside range, and holds it against its reference.</summary>
internal sealed class BlobDownload(BlobContainer container, BlobRanges ranges, TransferOptions transfer)
{
    /// <param name="file">Empty; holds the blob's bytes afterwards.</param>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">Its bytes are not those of the reference.</exception>
    public async Task ToFileAsync(ArtifactReference reference, SafeFileHandle file, CancellationToken cancellation)
    {
        using var first = await ranges.FetchAsync(reference.Key, 0, transfer.BlockBytes, etag: default, cancellation);
        if (first.Total != reference.Bytes)
        {
            throw Damaged(reference, $"{first.Total} bytes");
        }

        await RandomAccess.WriteAsync(file, first.Bytes, 0, cancellation);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = transfer.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Starts(reference.Bytes), parallel, async (start, token) =>
        {
            using var range = await ranges.FetchAsync(reference.Key, start, (int)Math.Min(transfer.BlockBytes, reference.Bytes - start), first.ETag, token);
            await RandomAccess.WriteAsync(file, range.Bytes, start, token);
        });
        await using var written = new Folder.RangeStream(file, 0, reference.Bytes, ownsFile: false);
        var digest = await Digest.OfAsync(written, cancellation);
        if (digest != reference.Digest)
        {
            throw Damaged(reference, $"{reference.Bytes} bytes with {digest}");
        }
    }

    private IEnumerable<long> Starts(long bytes)
    {
        for (long start = transfer.BlockBytes; start < bytes; start += transfer.BlockBytes)
        {
            yield return start;
        }
    }

    private PipelineException Damaged(ArtifactReference reference, string found) =>
        new($"The store is damaged: '{reference.Key}' should have {reference.Bytes} bytes with {reference.Digest}, and has {found}. Delete the blob {container.Address}/{reference.Key} and run the same command again.");
}
