using System.Globalization;
using System.Text.Json;
using Pipeline.Lake.Containers;
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
    /// <param name="bytes">An image, or text in UTF-8; null without one.</param>
    public static Member Row(LakeContent content, long row, byte[]? bytes, LabelValue label, object? split)
    {
        var name = row.ToString(CultureInfo.InvariantCulture);
        if (bytes is null && content == LakeContent.Images)
            return Member.Rejected(name, RejectionReason.Empty, "the row has no image");

        if (bytes is null)
            return Member.Rejected(name, RejectionReason.EmptySample, "the row has no text");

        try
        {
            var said = new FileLabel(label.Text, SplitOf(split));
            return new Member(name, new MemoryStream(bytes, writable: false), bytes.Length) { Label = said, BadLabel = label.Fault };
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

/// <summary>What the numbers in the columns of a table stand for, as Hugging Face's datasets write it.</summary>
internal static class ClassNames
{
    /// <summary>In the file's own metadata.</summary>
    public const string Key = "huggingface";

    /// <param name="features">JSON, the value of <see cref="Key"/>; null without one.</param>
    /// <returns>By column.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(string? features)
    {
        var classes = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        try
        {
            foreach (var column in JsonElement.Parse(features ?? "{}").GetProperty("info").GetProperty("features").EnumerateObject())
            {
                if (column.Value.ValueKind == JsonValueKind.Object && column.Value.TryGetProperty("names", out var names)
                    && names.Deserialize<List<string>>(PipelineJson.Compact) is { Count: > 0 } list && !list.Exists(string.IsNullOrEmpty))
                {
                    classes[column.Name] = list;
                }
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Others write something else under that name.
        }

        return classes;
    }
}
