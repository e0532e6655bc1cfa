using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sequences;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>What the columns of a table are called, and what stands in them.</summary>
internal sealed class TableColumns
{
    /// <summary>In the file's own metadata, where Hugging Face's datasets say what their numbers mean.</summary>
    public const string FeaturesKey = "huggingface";

    public static readonly IReadOnlyList<string> Images = ["image", "img", "bytes", "content", "image_bytes", "jpg", "jpeg", "png"];
    public static readonly IReadOnlyList<string> Texts = ["text", "sequence", "sentence", "content"];
    public static readonly IReadOnlyList<string> Labels = ["label", "class", "cls"];
    public static readonly IReadOnlyList<string> Splits = ["split"];

    private readonly LakeContent _content;
    private readonly List<string>? _names;

    /// <param name="features">JSON, the value of <see cref="FeaturesKey"/>; null where there is none.</param>
    /// <param name="label">The label column's name; null where there is none.</param>
    public TableColumns(LakeContent content, string? features, string? label) =>
        (_content, _names) = (content, features is null || label is null ? null : NamesOf(features, label));

    /// <summary>Of the samples themselves, best first.</summary>
    public static IReadOnlyList<string> NamesOf(LakeContent content) => content == LakeContent.Images ? Images : Texts;

    /// <returns>The first of the names that there is; null where there is none.</returns>
    public static string? Find(IReadOnlyList<string> names, IEnumerable<string> columns)
    {
        var found = columns.ToLookup(name => name.ToLowerInvariant());
        return names.Select(name => found[name].FirstOrDefault()).FirstOrDefault(name => name is not null);
    }

    public static BrokenContainerException NoContent(LakeContent content, IEnumerable<string> columns)
    {
        var (reason, valid) = content == LakeContent.Images ? (RejectionReason.NotAnImage, "a binary column, or a struct with bytes,") : (RejectionReason.MalformedRecord, "a column of strings");
        return new(reason, $"a table with the columns {string.Join(", ", columns)}; valid is {valid} named {string.Join(", ", NamesOf(content))}");
    }

    /// <param name="row">From 0.</param>
    /// <param name="content">An image, or text in UTF-8; null where there is none.</param>
    public Member Row(long row, byte[]? content, object? label, object? split)
    {
        var name = row.ToString(CultureInfo.InvariantCulture);
        if (content is null)
        {
            return _content == LakeContent.Images
                ? new Member(name, null, Rejection: RejectionReason.Empty, Detail: "the row has no image")
                : new Member(name, null, Rejection: RejectionReason.EmptySample, Detail: "the row has no text");
        }

        try
        {
            return new Member(name, new MemoryStream(content, writable: false), content.Length, Label: new FileLabel(LabelOf(label), SplitOf(split)));
        }
        catch (SequenceRejectedException rejected)
        {
            return new Member(name, null, Rejection: rejected.Reason, Detail: rejected.Detail);
        }
    }

    private string? LabelOf(object? label)
    {
        var text = label switch
        {
            null => null,
            string name => name.Trim(),
            float or double or decimal => null,
            IConvertible number => Named(number.ToInt64(CultureInfo.InvariantCulture)),
            _ => null,
        };
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static Split? SplitOf(object? split) => split is null ? null : RecordSplit.Of(Convert.ToString(split, CultureInfo.InvariantCulture)!, "the row");

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
