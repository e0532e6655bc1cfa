using System.Buffers;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Reads parts of blobs, each by a request of its own, so that a connection that breaks costs one part.</summary>
internal sealed class BlobReader(BlobContainer container, BlobRequests requests, TransferOptions transfer, ArtifactMetrics metrics)
{
    /// <summary>Up to <paramref name="length"/> bytes from <paramref name="offset"/>, fewer where the blob ends.</summary>
    /// <param name="length">At least 1; at most what one request carries is read.</param>
    /// <param name="etag">The state that the blob must be in; default for any.</param>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="ArtifactConflictException">It is in another state by now.</exception>
    public async Task<BlobRange> FetchAsync(string key, long offset, long length, ETag etag, CancellationToken cancellation)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, Math.Min(length, transfer.BlockBytes)),
            Conditions = etag == default ? null : new BlobRequestConditions { IfMatch = etag },
        };
        try
        {
            var range = await requests.RunAsync("get", key, token => RequestAsync(key, options, token), cancellation);
            metrics.BytesRead.Add(range.Length);
            return range;
        }
        catch (RequestFailedException error) when (BlobAnswer.IsNotFound(error))
        {
            throw new ArtifactNotFoundException(key);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsChanged(error))
        {
            throw new ArtifactConflictException(key);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsOutOfRange(error))
        {
            return new BlobRange(MemoryPool<byte>.Shared.Rent(0), 0, 0, default);
        }
    }

    /// <summary>Brings a blob into a file, range beside range, and holds it against its reference.</summary>
    /// <param name="file">Empty; holds the blob's bytes afterwards.</param>
    public async Task DownloadAsync(ArtifactReference reference, SafeFileHandle file, CancellationToken cancellation)
    {
        var (key, bytes) = (reference.Key, reference.Bytes);
        using var first = await FetchAsync(key, 0, long.MaxValue, etag: default, cancellation);
        if (first.Total != bytes)
            throw Damaged(reference, $"{first.Total} bytes");

        await RandomAccess.WriteAsync(file, first.Bytes, 0, cancellation);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = transfer.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(transfer.Blocks(bytes).Skip(1), parallel, async (block, token) =>
        {
            using var range = await FetchAsync(key, block.Start, block.Length, first.ETag, token);
            await RandomAccess.WriteAsync(file, range.Bytes, block.Start, token);
        });
        await using var written = new RangeStream(file, 0, bytes, ownsFile: false);
        var digest = await Digest.OfAsync(written, cancellation);
        if (digest != reference.Digest)
            throw Damaged(reference, $"{bytes} bytes with {digest}");
    }

    private async Task<BlobRange> RequestAsync(string key, BlobDownloadOptions options, CancellationToken cancellation)
    {
        using var answer = (await container.Blob(key).DownloadStreamingAsync(options, cancellation)).Value;
        var bytes = (int)answer.Details.ContentLength;
        var memory = MemoryPool<byte>.Shared.Rent(bytes);
        try
        {
            await answer.Content.ReadExactlyAsync(memory.Memory[..bytes], cancellation);
            return new BlobRange(memory, bytes, Total(answer.Details), answer.Details.ETag);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    // "bytes 0-4/5"
    private static long Total(BlobDownloadDetails details) =>
        details.ContentRange is { } range ? long.Parse(range.AsSpan(range.IndexOf('/') + 1), NumberStyles.None) : details.ContentLength;

    private PipelineException Damaged(ArtifactReference reference, string found) =>
        new($"The store is damaged: '{reference.Key}' should have {reference.Bytes} bytes with {reference.Digest}, and has {found}. "
            + $"Delete the blob {requests.Store}/{reference.Key} and run the same command again.");
}

/// <summary>A part of a blob in borrowed memory.</summary>
/// <param name="Total">The length of the whole blob; 0 where the part lies behind its end.</param>
/// <param name="ETag">The state of the blob that it is a part of.</param>
internal sealed record BlobRange(IMemoryOwner<byte> Memory, int Length, long Total, ETag ETag) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => Memory.Memory[..Length];

    public void Dispose() => Memory.Dispose();
}
