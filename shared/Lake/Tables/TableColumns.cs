using System.Globalization;
using System.Text.Json;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Tables;

/// <summary>What the columns of a table are called, and what becomes of its rows.</summary>
internal static class TableColumns
{
    public static readonly IReadOnlyList<string> Images = ["image", "img", "bytes", "content", "image_bytes", "jpg", "jpeg", "png"];

    /// <summary>Of the samples themselves, best first.</summary>
    public static IReadOnlyList<string> NamesOf(LakeContent content) => content == LakeContent.Images ? Images : ColumnNames.Texts;

    public static BrokenContainerException NoContent(LakeContent content, IEnumerable<string> columns)
    {
        var (reason, valid) = content == LakeContent.Images
            ? (RejectionReason.NotAnImage, "a binary column, or a struct with bytes,")
            : (RejectionReason.MalformedRecord, "a column of strings");
        return new(
            reason,
            $"a table with the columns {string.Join(", ", columns)}; it must have {valid} named {string.Join(", ", NamesOf(content))}");
    }

    /// <param name="row">From 0.</param>
    /// <param name="bytes">An image, or text in UTF-8; null where there is none.</param>
    public static Member Row(LakeContent content, long row, byte[]? bytes, LabelValue label, object? split)
    {
        var name = row.ToString(CultureInfo.InvariantCulture);
        if (bytes is null)
        {
            return content == LakeContent.Images
                ? Member.Rejected(name, RejectionReason.Empty, "the row has no image")
                : Member.Rejected(name, RejectionReason.EmptySample, "the row has no text");
        }

        try
        {
            return new Member(name, new MemoryStream(bytes, writable: false), bytes.Length)
            {
                Label = new FileLabel(label.Text, SplitOf(split)),
                BadLabel = label.Fault,
            };
        }
        catch (SequenceRejectedException rejected)
        {
            return Member.Rejected(name, rejected.Reason, rejected.Detail);
        }
    }

    private static Split? SplitOf(object? split) => LabelValue.Of(split) switch
    {
        { Text: { } name } => RecordSplit.Of(name, "the row"),
        { Fault: { } fault } =>
            throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"the row has a split that is {fault}"),
        _ => null,
    };
}

/// <summary>Finds the label column of one table.</summary>
/// <param name="path">Of the table.</param>
/// <param name="spec">What the experiment says of labels.</param>
internal sealed class TableLabels(string path, LabelSpec? spec, Action<Finding> tell)
{
    /// <param name="columns">Of the table's top level.</param>
    /// <param name="content">The column with the samples.</param>
    /// <param name="features">What numbers stand for, as <see cref="ClassNames.Of"/> takes it.</param>
    public LabelColumn Of(IReadOnlyList<string> columns, string content, string? features)
    {
        var column = new LabelColumn(path, columns, content, ClassNames.Of(features), spec, tell);
        IsThere = column.Name is not null;
        return column;
    }

    /// <summary>Whether there is one: then a row without a label has none, whatever folder the table lies in.</summary>
    public bool IsThere { get; private set; }
}

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
                    && names.Deserialize<List<string>>(PipelineJson.Compact) is { Count: > 0 } list
                        && list.TrueForAll(name => !string.IsNullOrEmpty(name)))
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
