using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Artifacts;

/// <summary>Names an output by what made it: SHA-256 over its kind, the version of its format and everything else that the output depends
/// on. Equal work has an equal key, so it is found instead of done again.</summary>
public static class ContentKey
{
    /// <param name="kind">One of <see cref="ArtifactKinds"/>.</param>
    /// <param name="format">The kind's format version: raised when the same inputs would give another output.</param>
    /// <param name="madeFrom">Digests, settings and seeds, as a record or anonymous object; its compact JSON is what counts.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Of<T>(string kind, int format, T madeFrom) =>
        Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { kind, format, madeFrom }, PipelineJson.Compact)));
}

/// <summary>A run's name: from the experiment and the dataset version, so that one drop gives exactly one run.</summary>
public static class RunId
{
    /// <returns>The experiment's name, <c>-</c> and twelve hex digits.</returns>
    public static string Of(string experimentName, ArtifactReference experiment, ArtifactReference dataset)
    {
        // The dataset's key, which is made of its content; its manifest also tells of compute seconds, which differ from time to time.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{experiment.Digest}\n{dataset.Key}"));
        return $"{experimentName}-{Convert.ToHexStringLower(digest)[..12]}";
    }
}

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
