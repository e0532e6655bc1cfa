using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>SHA-256 over (path, length, SHA-256) of files that are added in ordinal order of their paths.</summary>
public sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="sha256">Of its bytes; null for a file that cannot be read.</param>
    public void Add(string path, long bytes, string? sha256) => _hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{bytes}\0{sha256}\n"));

    /// <returns>64 hex digits.</returns>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Length and SHA-256 of what is left of a stream.</summary>
    public static async Task<(long Bytes, string Sha256)> OfAsync(Stream stream, CancellationToken cancellation)
    {
        var start = stream.Position;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        return (stream.Position - start, sha256);
    }

    /// <summary>Length and SHA-256 of a file. Throws what <see cref="ILakeFolder.OpenReadAsync"/> does.</summary>
    public static async Task<(long Bytes, string Sha256)> OfFileAsync(ILakeFolder folder, string path, CancellationToken cancellation)
    {
        await using var stream = await folder.OpenReadAsync(path, cancellation);
        return await OfAsync(stream, cancellation);
    }

    /// <summary>Length and SHA-256 of a stream, and which container it is, if any.</summary>
    public static async Task<(long Bytes, string Sha256, ContainerKind? Container)> WithKindAsync(
        Stream stream, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            var read = await stream.ReadAtLeastAsync(buffer, ContainerKinds.HeadBytes, throwOnEndOfStream: false, cancellation);
            var container = ContainerKinds.Of(buffer.AsSpan(0, Math.Min(read, ContainerKinds.HeadBytes)));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var bytes = 0L;
            while (read > 0)
            {
                hash.AppendData(buffer, 0, read);
                bytes += read;
                read = IsAtEnd() ? 0 : await stream.ReadAsync(buffer, cancellation);
            }

            return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), container);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // The last, empty read is left out if the end is known: each read may switch threads.
        bool IsAtEnd() => stream.CanSeek && stream.Position == stream.Length;
    }

    public void Dispose() => _hash.Dispose();
}
