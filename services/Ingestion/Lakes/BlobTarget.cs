using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Ingestion.Lakes;

/// <summary>A prefix of an Azure container. Each blob carries the MD5 of its content, as Azure's own tools write it.</summary>
/// <param name="prefix">Ends with <c>/</c>, or is empty.</param>
/// <param name="name">Its URL.</param>
public sealed class BlobTarget(BlobContainerClient container, string prefix, string name) : ILakeTarget
{
    /// <summary>Bytes of one request, and of memory for each file that is on its way.</summary>
    private const int BlockBytes = 8 << 20;

    public Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation = default) => BlobFailure.GuardAsync(
        $"{name}/{path}",
        async () =>
        {
            var blob = container.GetBlobClient(prefix + path);
            if (!await blob.ExistsAsync(cancellation))
            {
                return false;
            }

            var there = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
            return there.ContentLength == content.Length && there.ContentHash is { } md5 && (await Md5Async(content, cancellation)).AsSpan().SequenceEqual(md5);
        },
        cancellation);

    public Task PutAsync(string path, Stream content, CancellationToken cancellation = default) => BlobFailure.GuardAsync(
        $"{name}/{path}",
        async () =>
        {
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentHash = await Md5Async(content, cancellation) },
                TransferOptions = new StorageTransferOptions { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes, MaximumConcurrency = 1 },
            };
            content.Position = 0;
            await container.GetBlobClient(prefix + path).UploadAsync(content, options, cancellation);
        },
        cancellation);

    [SuppressMessage("Security", "CA5351", Justification = "It finds what has changed and keeps no secret; blob storage knows no other.")]
    private static async Task<byte[]> Md5Async(Stream content, CancellationToken cancellation)
    {
        content.Position = 0;
        return await MD5.HashDataAsync(content, cancellation);
    }
}
