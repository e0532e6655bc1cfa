using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>labels.jsonl: an object a line with <c>file</c>, <c>label</c> and, where wanted, <c>split</c>. Labels are text or whole numbers; empty lines are skipped.</summary>
public static class JsonLinesLabels
{
    public const string FileName = "labels.jsonl";

    /// <param name="path">For errors.</param>
    /// <exception cref="PipelineException">It is not such a file.</exception>
    public static IEnumerable<LabelRow> Rows(TextReader text, string path)
    {
        for (var line = 1; text.ReadLine() is { } json; line++)
        {
            if (!string.IsNullOrWhiteSpace(json))
            {
                yield return RowOf(json, line)
                    ?? throw new PipelineException($"'{path}' line {line} is '{Shown(json)}'; valid is an object like {{\"file\": \"a.png\", \"label\": \"cat\", \"split\": \"test\"}}, split where wanted.");
            }
        }
    }

    private static LabelRow? RowOf(string json, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var row = document.RootElement;
            return row.ValueKind == JsonValueKind.Object
                && row.TryGetProperty("file", out var file) && file.ValueKind == JsonValueKind.String
                && TextOf(row, "label") is { } label
                && TextOf(row, "split") is { } split
                    ? new LabelRow(file.GetString()!, label, split, line)
                    : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <returns>Empty where there is none; null where there is something else.</returns>
    private static string? TextOf(JsonElement row, string name) => !row.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var number) => $"{number}",
        _ => null,
    };

    private static string Shown(string json) => json.Length <= 80 ? json : json[..80] + "…";
}
