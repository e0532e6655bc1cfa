using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>How everything the pipeline writes as JSON is written: camelCase names, enums as kebab-case words,
/// indented for people.</summary>
public static class PipelineJson
{
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>One line, for JSON lines and for content keys.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = indented,
            NumberHandling = JsonNumberHandling.Strict,
            RespectRequiredConstructorParameters = true,
            RespectNullableAnnotations = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

/// <summary>Something that trying again does not mend: bad input, a setting that cannot work, a store that cannot be trusted. Its message
/// is one line for a person: what, where, and what would be valid. It is shown without a stack trace and never retried.</summary>
public sealed class PipelineException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Names an artifact in the store. Messages and manifests carry references, never bytes.</summary>
/// <param name="Key">Where it lies: segments of letters, digits, '.', '_' and '-', joined by '/'.</param>
/// <param name="Digest">SHA-256 of its bytes: <c>sha256:</c> and 64 lower-case hex digits.</param>
/// <param name="Bytes">Its length.</param>
[ArtifactKind(ArtifactKinds.Reference, Formerly = "ArtifactReference")]
public sealed record ArtifactReference(string Key, string Digest, long Bytes);
