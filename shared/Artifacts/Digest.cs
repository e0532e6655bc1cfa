using System.Buffers;
using System.Security.Cryptography;

namespace Pipeline.Artifacts;

/// <summary>SHA-256 as the store writes it: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public static class Digest
{
    public const string Prefix = "sha256:";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool IsValid(string digest) =>
        digest.Length == Prefix.Length + (2 * SHA256.HashSizeInBytes) && digest.StartsWith(Prefix, StringComparison.Ordinal)
        && !digest.AsSpan(Prefix.Length).ContainsAnyExcept(Digits);

    public static string Of(ReadOnlySpan<byte> content) => Prefix + Convert.ToHexStringLower(SHA256.HashData(content));

    public static async Task<string> OfAsync(Stream content, CancellationToken cancellation = default) =>
        Prefix + Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
}
