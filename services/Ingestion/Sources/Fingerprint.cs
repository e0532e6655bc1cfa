using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Ingestion.Sources;

/// <summary>SHA-256 over (path, length, SHA-256) of files that are added in ordinal order of their paths.</summary>
public sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="sha256">Of its bytes; null for a file that cannot be read.</param>
    public void Add(string path, long bytes, string? sha256) => _hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{bytes}\0{sha256}\n"));

    /// <returns>64 hex digits.</returns>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Length and SHA-256 of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task<(long Bytes, string Sha256)> OfFileAsync(string path, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        return (stream.Position, sha256);
    }

    public void Dispose() => _hash.Dispose();
}
