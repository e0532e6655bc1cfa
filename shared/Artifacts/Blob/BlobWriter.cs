using System.Buffers;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Artifacts.Blob;

/// <summary>Writes blobs: what fits into one block by one request, what is larger as blocks side by side that a last request makes a blob, all at once.</summary>
internal sealed class BlobWriter(BlobContainer container, BlobRequests requests, TransferOptions transfer, int rounds, ArtifactMetrics metrics)
{
    private static readonly BlobRequestConditions New = new() { IfNoneMatch = ETag.All };

    /// <summary>Writes a blob unless there is one.</summary>
    /// <param name="content">A file with the bytes.</param>
    /// <returns>Null if this call made the blob, also where the answer to it was lost; else what was there before.</returns>
    public async Task<BlobProperties?> CreateAsync(string key, SafeFileHandle content, string digest, CancellationToken cancellation)
    {
        var metadata = BlobMetadata.New(digest);
        var length = RandomAccess.GetLength(content);
        for (var round = 1; ; round++)
        {
            // Many blocks would be in vain; one is as cheap as the question.
            if (length > transfer.BlockBytes && await container.FindAsync(key, cancellation) is { } before)
            {
                return before;
            }

            try
            {
                await UploadAsync(key, content, length, metadata, cancellation);
                return null;
            }
            catch (RequestFailedException error) when (BlobAnswer.IsNoContainer(error) && round < rounds)
            {
                await container.CreateAsync(cancellation);
            }
            catch (RequestFailedException error) when (BlobAnswer.IsTaken(error) || BlobAnswer.AreBlocksGone(error))
            {
                if (await container.FindAsync(key, cancellation) is { } there)
                {
                    return BlobMetadata.IsSameWrite(metadata, there.Metadata) ? null : there;
                }

                // Whoever came first has deleted it again, or the server came back without the blocks.
                if (round >= rounds)
                {
                    throw new StoreUnavailableException(container.Address, key, $"what was written is gone, {rounds} times in turn", error);
                }
            }
        }
    }

    /// <summary>Replaces a small blob that is in the given state.</summary>
    /// <returns>Its new state.</returns>
    /// <exception cref="ArtifactConflictException">It is in another, or gone.</exception>
    public async Task<ETag> ReplaceAsync(string key, ReadOnlyMemory<byte> content, ETag etag, CancellationToken cancellation)
    {
        var metadata = BlobMetadata.New(Digest.Of(content.Span));
        try
        {
            return await PutAsync(key, content, metadata, new BlobRequestConditions { IfMatch = etag }, cancellation);
        }
        catch (RequestFailedException error) when (BlobAnswer.IsChanged(error) || BlobAnswer.IsNotFound(error))
        {
            return await container.FindAsync(key, cancellation) is { } there && BlobMetadata.IsSameWrite(metadata, there.Metadata)
                ? there.ETag
                : throw new ArtifactConflictException(key);
        }
    }

    private async Task UploadAsync(string key, SafeFileHandle content, long length, Dictionary<string, string> metadata, CancellationToken cancellation)
    {
        if (length <= transfer.BlockBytes)
        {
            await WithBytesAsync(content, 0, (int)length, bytes => PutAsync(key, bytes, metadata, New, cancellation), cancellation);
            return;
        }

        // Writers of one key stage into the same place: their blocks differ by name.
        var writer = Guid.NewGuid();
        var blocks = Enumerable.Range(0, (int)((length + transfer.BlockBytes - 1) / transfer.BlockBytes)).ToList();
        await Parallel.ForEachAsync(blocks, new ParallelOptions { MaxDegreeOfParallelism = transfer.Parallel, CancellationToken = cancellation }, async (block, token) =>
        {
            var start = (long)block * transfer.BlockBytes;
            await WithBytesAsync(content, start, (int)Math.Min(transfer.BlockBytes, length - start), bytes => StageAsync(key, BlockName(writer, block), bytes, token), token);
        });
        var options = new CommitBlockListOptions { Metadata = metadata, Conditions = New };
        await requests.RunAsync(
            "commit", key, token => container.Blob(key).CommitBlockListAsync(blocks.Select(block => BlockName(writer, block)), options, token), cancellation);
    }

    private async Task<ETag> PutAsync(
        string key, ReadOnlyMemory<byte> content, Dictionary<string, string> metadata, BlobRequestConditions conditions, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions { Metadata = metadata, Conditions = conditions };
        var info = await requests.RunAsync("put", key, async token =>
        {
            await using var stream = BinaryData.FromBytes(content).ToStream();
            return await container.Blob(key).UploadAsync(stream, options, token);
        }, cancellation);
        metrics.BytesWritten.Add(content.Length);
        return info.Value.ETag;
    }

    private async Task<bool> StageAsync(string key, string block, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await requests.RunAsync("stage", key, async token =>
        {
            await using var stream = BinaryData.FromBytes(content).ToStream();
            return await container.Blob(key).StageBlockAsync(block, stream, options: null, token);
        }, cancellation);
        metrics.BytesWritten.Add(content.Length);
        return true;
    }

    private static async Task<T> WithBytesAsync<T>(
        SafeFileHandle content, long start, int length, Func<ReadOnlyMemory<byte>, Task<T>> use, CancellationToken cancellation)
    {
        using var memory = MemoryPool<byte>.Shared.Rent(length);
        var bytes = memory.Memory[..length];
        for (var read = 0; read < length;)
        {
            var more = await RandomAccess.ReadAsync(content, bytes[read..], start + read, cancellation);
            read += more > 0 ? more : throw new EndOfStreamException();
        }

        return await use(bytes);
    }

    // Base64, all of one length.
    private static string BlockName(Guid writer, int block) =>
        Convert.ToBase64String([.. writer.ToByteArray(), .. BitConverter.GetBytes(block)]);
}
