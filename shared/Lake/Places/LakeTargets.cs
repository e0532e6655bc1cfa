using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Lake.Places;

/// <summary>A folder of the lake that files are copied into. Contents are read from their start, and left anywhere.</summary>
internal interface ILakeTarget
{
    /// <summary>Whether a file of that path is there with the same bytes.</summary>
    Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation);

    /// <summary>Writes a file whole, or not at all; one that is there is replaced.</summary>
    Task PutAsync(string path, Stream content, CancellationToken cancellation);
}

/// <summary>A folder of a mounted location. A file gets its name when it is whole, so that whoever watches never sees a part.</summary>
internal sealed class LocalTarget(string folder) : ILakeTarget
{
    public async Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        if (!file.Exists || file.Length != content.Length)
            return false;

        await using var there = file.OpenRead();
        content.Position = 0;
        return await Fingerprint.OfAsync(there, cancellation) == await Fingerprint.OfAsync(content, cancellation);
    }

    public async Task PutAsync(string path, Stream content, CancellationToken cancellation)
    {
        var target = Path.Combine(folder, path);
        var below = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // Hidden, so that it is no file of the lake yet.
        var temporary = Path.Combine(below.FullName, $".{Path.GetRandomFileName()}");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                content.Position = 0;
                await content.CopyToAsync(file, cancellation);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

/// <summary>A prefix of an Azure container. Each blob carries the MD5 of its content, as Azure's own tools write it.</summary>
internal sealed class BlobTarget(BlobContainerClient container, string prefix, string name) : ILakeTarget
{
    /// <summary>Bytes of one request, and of memory for each file that is on its way.</summary>
    private const int BlockBytes = 8 << 20;

    private static readonly StorageTransferOptions Transfer =
        new() { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes, MaximumConcurrency = 1 };

    public Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation) => BlobFailure.GuardAsync(
        $"{name}/{path}",
        async () =>
        {
            var blob = container.GetBlobClient(prefix + path);
            if (!await blob.ExistsAsync(cancellation))
                return false;

            var there = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
            return there.ContentLength == content.Length && there.ContentHash is { } md5
                && (await Md5Async(content, cancellation)).AsSpan().SequenceEqual(md5);
        },
        cancellation);

    public Task PutAsync(string path, Stream content, CancellationToken cancellation) => BlobFailure.GuardAsync(
        $"{name}/{path}",
        async () =>
        {
            var headers = new BlobHttpHeaders { ContentHash = await Md5Async(content, cancellation) };
            content.Position = 0;
            return await container.GetBlobClient(prefix + path).UploadAsync(
                content, new BlobUploadOptions { HttpHeaders = headers, TransferOptions = Transfer }, cancellation);
        },
        cancellation);

    [SuppressMessage("Security", "CA5351", Justification = "It finds what has changed and keeps no secret; blob storage knows no other.")]
    private static async Task<byte[]> Md5Async(Stream content, CancellationToken cancellation)
    {
        content.Position = 0;
        return await MD5.HashDataAsync(content, cancellation);
    }
}
