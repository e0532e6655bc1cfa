using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>How many files a drop has, as whoever wrote it says.</summary>
public static class DropManifest
{
    public const string Valid = "a number as text, or JSON: a number, a list, or an object with 'count' or 'files'";

    /// <returns>Null where it does not say.</returns>
    public static long? Expected(ReadOnlyMemory<byte> content)
    {
        if (long.TryParse(Encoding.UTF8.GetString(content.Span).Trim().TrimStart('\uFEFF'), NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
        {
            return plain;
        }

        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? root.TryGetProperty("count", out var count) ? Count(count) : root.TryGetProperty("files", out var files) ? Count(files) : null
                : Count(root);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long? Count(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.GetArrayLength(),
        JsonValueKind.Number when json.TryGetInt64(out var count) && count >= 0 => count,
        _ => null,
    };
}
