using System.Buffers;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Writes blobs: a small one by one request, a large one as parallel blocks that a last request makes a blob.</summary>
internal sealed class BlobWriter(BlobContainer container, BlobRequests requests, StoreOptions options, ArtifactMetrics metrics)
{
    private static readonly BlobRequestConditions New = new() { IfNoneMatch = ETag.All };

    private readonly TransferOptions _transfer = options.Transfer;

    /// <returns>Null if this call made the blob, also where the answer to it was lost; else what was there before.</returns>
    public async Task<BlobProperties?> CreateAsync(string key, SafeFileHandle content, string digest, CancellationToken cancellation)
    {
        var metadata = BlobMetadata.New(digest);
        var length = RandomAccess.GetLength(content);
        var rounds = options.Resilience.Attempts;
        for (var round = 1; ; round++)
        {
            // Many blocks would be in vain; one is as cheap as the question.
            if (length > _transfer.BlockBytes && await container.FindAsync(key, cancellation) is { } before)
                return before;

            try
            {
                await UploadAsync(key, content, length, metadata, cancellation);
                return null;
            }
            catch (RequestFailedException error) when (error.ErrorCode == BlobErrorCode.ContainerNotFound && round < rounds)
            {
                await container.CreateAsync(cancellation);
            }
            catch (RequestFailedException error) when (BlobAnswer.IsTaken(error) || BlobAnswer.AreBlocksGone(error))
            {
                if (await container.FindAsync(key, cancellation) is { } there)
                    return BlobMetadata.IsSameWrite(metadata, there.Metadata) ? null : there;

                // Whoever came first has deleted it again, or the server came back without the blocks.
                if (round >= rounds)
                    throw new StoreUnavailableException(requests.Store, key, $"what was written is gone, {rounds} times in turn", error);
            }
        }
    }

    private async Task UploadAsync(
        string key, SafeFileHandle content, long length, Dictionary<string, string> metadata, CancellationToken cancellation)
    {
        var blob = container.Blob(key);
        if (length <= _transfer.BlockBytes)
        {
            var upload = new BlobUploadOptions { Metadata = metadata, Conditions = New };
            await SendAsync("put", 0, (int)length, (stream, token) => blob.UploadAsync(stream, upload, token), cancellation);
            return;
        }

        // Writers of one key stage into the same place: their blocks differ by name, which the SDK's own do not.
        var writer = Guid.NewGuid();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _transfer.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(_transfer.Blocks(length), parallel, async (block, token) => await SendAsync(
            "stage", block.Start, block.Length, (stream, t) => blob.StageBlockAsync(Name(block.Start), stream, null, t), token));
        var commit = new CommitBlockListOptions { Metadata = metadata, Conditions = New };
        var names = _transfer.Blocks(length).Select(block => Name(block.Start)).ToList();
        await requests.RunAsync("commit", key, token => blob.CommitBlockListAsync(names, commit, token), cancellation);

        // Base64, all of one length.
        string Name(long start) => Convert.ToBase64String([.. writer.ToByteArray(), .. BitConverter.GetBytes(start)]);

        async Task SendAsync<T>(
            string operation, long start, int count, Func<Stream, CancellationToken, Task<T>> send, CancellationToken cancellation)
        {
            using var memory = MemoryPool<byte>.Shared.Rent(count);
            var bytes = memory.Memory[..count];
            await using var part = new RangeStream(content, start, count, ownsFile: false);
            await part.ReadExactlyAsync(bytes, cancellation);
            await requests.RunAsync(operation, key, async token =>
            {
                await using var stream = BinaryData.FromBytes(bytes).ToStream();
                return await send(stream, token);
            }, cancellation);
            metrics.BytesWritten.Add(count);
        }
    }
}
