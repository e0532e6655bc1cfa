using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>What the columns of a table of images are called, and what stands in them.</summary>
internal sealed class TableColumns
{
    /// <summary>In the file's own metadata, where Hugging Face's datasets say what their numbers mean.</summary>
    public const string FeaturesKey = "huggingface";

    public static readonly IReadOnlyList<string> Images = ["image", "img", "bytes", "content", "image_bytes", "jpg", "jpeg", "png"];
    public static readonly IReadOnlyList<string> Labels = ["label", "class", "cls"];
    public static readonly IReadOnlyList<string> Splits = ["split"];

    private readonly List<string>? _names;

    /// <param name="features">JSON, the value of <see cref="FeaturesKey"/>; null where there is none.</param>
    /// <param name="label">The label column's name; null where there is none.</param>
    public TableColumns(string? features, string? label) => _names = features is null || label is null ? null : NamesOf(features, label);

    /// <returns>The first of the names that there is; null where there is none.</returns>
    public static string? Find(IReadOnlyList<string> names, IEnumerable<string> columns)
    {
        var found = columns.ToLookup(name => name.ToLowerInvariant());
        return names.Select(name => found[name].FirstOrDefault()).FirstOrDefault(name => name is not null);
    }

    public static BrokenContainerException NoImages(IEnumerable<string> columns) =>
        new(RejectionReason.NotAnImage, $"a table with the columns {string.Join(", ", columns)}; valid is a binary column, or a struct with bytes, named {string.Join(", ", Images)}");

    public FileLabel LabelOf(object? label, object? split)
    {
        var text = label switch
        {
            null => null,
            string name => name.Trim(),
            float or double or decimal => null,
            IConvertible number => Named(number.ToInt64(CultureInfo.InvariantCulture)),
            _ => null,
        };
        return new FileLabel(string.IsNullOrEmpty(text) ? null : text, split is string name2 ? SplitNames.Find(name2.Trim()) : null);
    }

    private string Named(long label) => _names is not null && label >= 0 && label < _names.Count ? _names[(int)label] : label.ToString(CultureInfo.InvariantCulture);

    private static List<string>? NamesOf(string features, string label)
    {
        try
        {
            using var json = JsonDocument.Parse(features);
            var names = json.RootElement.GetProperty("info").GetProperty("features").GetProperty(label).GetProperty("names");
            return names.Deserialize<List<string>>(PipelineJson.Compact) is { } list && list.TrueForAll(name => !string.IsNullOrEmpty(name)) ? list : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
