using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Containers;

/// <summary>What the numbers in the columns of a table stand for, as Hugging Face's datasets write it.</summary>
internal static class ClassNames
{
    /// <summary>In the file's own metadata.</summary>
    public const string Key = "huggingface";

    /// <param name="features">JSON, the value of <see cref="Key"/>; null where there is none.</param>
    /// <returns>By column.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(string? features)
    {
        var classes = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(features ?? "{}");
            foreach (var column in json.RootElement.GetProperty("info").GetProperty("features").EnumerateObject())
            {
                if (column.Value.ValueKind == JsonValueKind.Object && column.Value.TryGetProperty("names", out var names)
                    && names.Deserialize<List<string>>(PipelineJson.Compact) is { Count: > 0 } list && list.TrueForAll(name => !string.IsNullOrEmpty(name)))
                {
                    classes[column.Name] = list;
                }
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // What others write under that name is none of ours.
        }

        return classes;
    }
}
