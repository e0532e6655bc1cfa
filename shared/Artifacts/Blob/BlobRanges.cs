using System.Buffers;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Artifacts.Blob;

/// <summary>Reads parts of blobs, each by a request of its own, so that a connection that breaks costs one part.</summary>
internal sealed class BlobRanges(BlobContainer container, BlobRequests requests, ArtifactMetrics metrics)
{
    /// <summary>Up to <paramref name="length"/> bytes from <paramref name="offset"/>, fewer where the blob ends; no byte of an empty
    /// blob.</summary>
    /// <param name="length">At least 1.</param>
    /// <param name="etag">The state that the blob must be in; default for any.</param>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="ArtifactConflictException">It is in another state by now.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It ends before <paramref name="offset"/>.</exception>
    public async Task<BlobRange> FetchAsync(string key, long offset, int length, ETag etag, CancellationToken cancellation)
    {
        try
        {
            var range = await requests.RunAsync("get", key, token => RequestAsync(key, offset, length, etag, token), cancellation);
            metrics.BytesRead.Add(range.Bytes.Length);
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
            return offset == 0
                ? new BlobRange(MemoryPool<byte>.Shared.Rent(0), 0, 0, default)
                : throw new ArgumentOutOfRangeException(nameof(offset), offset, $"'{key}' ends before.");
        }
    }

    private async Task<BlobRange> RequestAsync(string key, long offset, int length, ETag etag, CancellationToken cancellation)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, length),
            Conditions = etag == default ? null : new BlobRequestConditions { IfMatch = etag },
        };
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
}

/// <summary>A part of a blob in borrowed memory.</summary>
/// <param name="Total">The length of the whole blob.</param>
/// <param name="ETag">The state of the blob that it is a part of.</param>
internal sealed record BlobRange(IMemoryOwner<byte> Memory, int Length, long Total, ETag ETag) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => Memory.Memory[..Length];

    public void Dispose() => Memory.Dispose();
}
