using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Ingestion.Sources;

/// <summary>SHA-256 over a list of files: their relative paths, lengths and bytes.</summary>
internal static class Fingerprint
{
    /// <param name="paths">Relative, in ordinal order.</param>
    public static async Task<string> OfAsync(string folder, IEnumerable<string> paths, CancellationToken cancellation)
    {
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = new byte[8];
        foreach (var path in paths)
        {
            total.AppendData(Encoding.UTF8.GetBytes(path + '\n'));
            try
            {
                await using var file = File.OpenRead(Path.Combine(folder, path));
                BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
                total.AppendData(length);
                total.AppendData(await SHA256.HashDataAsync(file, cancellation));
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                // It will be rejected when its turn comes; that it cannot be read is part of what the source is.
                total.AppendData("unreadable"u8);
            }
        }

        return Convert.ToHexStringLower(total.GetHashAndReset());
    }
}
