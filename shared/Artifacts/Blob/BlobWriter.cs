using System.Buffers;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Writes blobs: a small one by one request, a large one as parallel blocks that a last request makes a blob.</summary>
internal sealed class BlobWriter(
    BlobContainer container, BlobRequests requests, TransferOptions transfer, int rounds, ArtifactMetrics metrics)
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
                return before;

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
                    return BlobMetadata.IsSameWrite(metadata, there.Metadata) ? null : there;

                // Whoever came first has deleted it again, or the server came back without the blocks.
                if (round >= rounds)
                    throw new StoreUnavailableException(container.Address, key, $"what was written is gone, {rounds} times in turn", error);
            }
        }
    }

    private async Task UploadAsync(
        string key, SafeFileHandle content, long length, Dictionary<string, string> metadata, CancellationToken cancellation)
    {
        var blob = container.Blob(key);
        if (length <= transfer.BlockBytes)
        {
            var upload = new BlobUploadOptions { Metadata = metadata, Conditions = New };
            await SendAsync("put", key, content, 0, (int)length, (stream, token) => blob.UploadAsync(stream, upload, token), cancellation);
            return;
        }

        // Writers of one key stage into the same place: their blocks differ by name.
        var writer = Guid.NewGuid();
        var blocks = Enumerable.Range(0, (int)((length + transfer.BlockBytes - 1) / transfer.BlockBytes)).ToList();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = transfer.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(blocks, parallel, async (block, token) =>
        {
            var start = (long)block * transfer.BlockBytes;
            var count = (int)Math.Min(transfer.BlockBytes, length - start);
            var name = BlockName(writer, block);
            await SendAsync("stage", key, content, start, count, (stream, t) => blob.StageBlockAsync(name, stream, options: null, t),
                token);
        });
        var options = new CommitBlockListOptions { Metadata = metadata, Conditions = New };
        var names = blocks.Select(block => BlockName(writer, block));
        await requests.RunAsync("commit", key, token => blob.CommitBlockListAsync(names, options, token), cancellation);
    }

    private async Task SendAsync<T>(
        string operation,
        string key,
        SafeFileHandle content,
        long start,
        int length,
        Func<Stream, CancellationToken, Task<T>> send,
        CancellationToken cancellation)
    {
        using var memory = MemoryPool<byte>.Shared.Rent(length);
        var bytes = memory.Memory[..length];
        await using var part = new RangeStream(content, start, length, ownsFile: false);
        await part.ReadExactlyAsync(bytes, cancellation);
        await requests.RunAsync(operation, key, async token =>
        {
            await using var stream = BinaryData.FromBytes(bytes).ToStream();
            return await send(stream, token);
        }, cancellation);
        metrics.BytesWritten.Add(length);
    }

    // Base64, all of one length.
    private static string BlockName(Guid writer, int block) =>
        Convert.ToBase64String([.. writer.ToByteArray(), .. BitConverter.GetBytes(block)]);
}
