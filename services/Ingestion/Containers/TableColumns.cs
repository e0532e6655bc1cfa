using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sequences;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>What the columns of a table are called, and what becomes of its rows.</summary>
internal static class TableColumns
{
    public static readonly IReadOnlyList<string> Images = ["image", "img", "bytes", "content", "image_bytes", "jpg", "jpeg", "png"];

    /// <summary>Of the samples themselves, best first.</summary>
    public static IReadOnlyList<string> NamesOf(LakeContent content) => content == LakeContent.Images ? Images : ColumnNames.Texts;

    public static BrokenContainerException NoContent(LakeContent content, IEnumerable<string> columns)
    {
        var (reason, valid) = content == LakeContent.Images ? (RejectionReason.NotAnImage, "a binary column, or a struct with bytes,") : (RejectionReason.MalformedRecord, "a column of strings");
        return new(reason, $"a table with the columns {string.Join(", ", columns)}; valid is {valid} named {string.Join(", ", NamesOf(content))}");
    }

    /// <param name="row">From 0.</param>
    /// <param name="bytes">An image, or text in UTF-8; null where there is none.</param>
    public static Member Row(LakeContent content, long row, byte[]? bytes, LabelValue label, object? split)
    {
        var name = row.ToString(CultureInfo.InvariantCulture);
        if (bytes is null)
        {
            return content == LakeContent.Images
                ? new Member(name, null, Rejection: RejectionReason.Empty, Detail: "the row has no image")
                : new Member(name, null, Rejection: RejectionReason.EmptySample, Detail: "the row has no text");
        }

        try
        {
            return new Member(name, new MemoryStream(bytes, writable: false), bytes.Length, Label: new FileLabel(label.Text, SplitOf(split)), BadLabel: label.Fault);
        }
        catch (SequenceRejectedException rejected)
        {
            return new Member(name, null, Rejection: rejected.Reason, Detail: rejected.Detail);
        }
    }

    private static Split? SplitOf(object? split) => LabelValue.Of(split) switch
    {
        { Text: { } name } => RecordSplit.Of(name, "the row"),
        { Fault: { } fault } => throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"the row has a split that is {fault}"),
        _ => null,
    };
}
