using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Artifacts;

/// <summary>
/// Names an output by what made it: SHA-256 over the stage, the version of its format and everything else that the output depends on.
/// Equal work has an equal key, so it is found instead of done again.
/// </summary>
public static class ContentKey
{
    /// <param name="format">The stage's format version: raised when the same inputs would give another output.</param>
    /// <param name="madeFrom">Digests, settings and seeds, as a record or anonymous object; its compact JSON is what counts.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Of<T>(Stage stage, int format, T madeFrom) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { stage, format, madeFrom }, PipelineJson.Compact)));
}
