using System.Security.Cryptography;

namespace Pipeline.Artifacts;

/// <summary>SHA-256 as the store writes it: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public static class Digest
{
    public const string Prefix = "sha256:";

    public static string Of(ReadOnlySpan<byte> content) => Prefix + Convert.ToHexStringLower(SHA256.HashData(content));

    public static async Task<string> OfAsync(Stream content, CancellationToken cancellation = default) =>
        Prefix + Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
}
