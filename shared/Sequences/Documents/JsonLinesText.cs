using System.Text;
using System.Text.Json;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>Objects with a text and, where wanted, a label and a split, by the names of <see cref="ColumnNames"/>. Or with <c>tokens</c>,
/// which one space joins, and, where wanted, <c>tags</c>, a name or null for each of them.</summary>
/// <param name="labelField">As the experiment names it; null where it does not.</param>
internal sealed class JsonLinesText(Func<ISequenceNormalizer> normalizer, string? labelField, FindingList findings) : IDocumentFormat
{
    public string Name => "jsonl";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        foreach (var (number, record) in JsonRecords.Read(lines).Index())
        {
            yield return record.Rejected is null
                ? ReadRecord.Of(
                    number, () => Read(record, isFirst: number == 0), () => Encoding.UTF8.GetBytes(record.Content.GetRawText()))
                : new ReadRecord(number, null, record.Rejected, record.Raw);
        }
    }

    private Document Read(JsonRecord record, bool isFirst)
    {
        try
        {
            return DocumentOf(record, isFirst);
        }
        catch (InvalidOperationException)
        {
            // Of a text that is no Unicode.
            throw new SequenceRejectedException(RejectionReason.InvalidEncoding, $"{record.Place} has a text that is no UTF-8");
        }
    }

    private Document DocumentOf(JsonRecord record, bool isFirst)
    {
        var fields = record.Content.EnumerateObject().Select(field => field.Name).ToList();
        var (label, split) = (LabelOf(record, fields, isFirst), SplitOf(record, fields));
        if (record.Content.TryGetProperty("tokens", out var tokens))
            return Tokens(tokens, record) with { Label = label, Split = split };

        return ColumnNames.Find(ColumnNames.Texts, fields) is { } text
            && record.Content.GetProperty(text) is { ValueKind: JsonValueKind.String } content
            ? new Document(Normalized(content.GetString()!, record.Number), label, split)
            : throw Malformed(
                record,
                $"has the fields {string.Join(", ", fields)}; one must be {string.Join(" or ", ColumnNames.Texts)}, a text, or tokens, a "
                    + "list of texts");
    }

    private string? LabelOf(JsonRecord record, List<string> fields, bool isFirst)
    {
        var field = ColumnNames.Find(fields, labelField, ColumnNames.Labels);
        if (isFirst && labelField is null)
            findings.Add(ColumnNames.NotUsed(fields, field));

        var (text, fault) = field is null ? default : LabelValue.Of(record.Content.GetProperty(field));
        if (text is not null && string.IsNullOrWhiteSpace(text))
            findings.Add(new Finding(WarningCode.EmptyLabels, 1, "", record.Place));

        return fault is null ? text : throw Malformed(record, $"has a label that is {fault}");
    }

    private static Split? SplitOf(JsonRecord record, List<string> fields) =>
        ColumnNames.Find(ColumnNames.Splits, fields) is { } field && LabelValue.Of(record.Content.GetProperty(field)) is var (text, fault)
            ? fault is null ? RecordSplit.Of(text ?? "", record.Place) : throw Malformed(record, $"has a split that is {fault}")
            : null;

    private Document Tokens(JsonElement tokens, JsonRecord record)
    {
        var words = Texts(tokens, "tokens", record);
        var names = record.Content.TryGetProperty("tags", out var tags) ? Texts(tags, "tags", record) : null;
        if (words.Contains(null))
            throw Malformed(record, "has a token that is null; tokens must be texts");

        if (names is not null && names.Count != words.Count)
            throw Malformed(record, $"has {words.Count} tokens and {names.Count} tags; there must be a tag for each token");

        var text = new StringBuilder();
        var ofLetters = new List<string?>();
        foreach (var (at, word) in words.Index())
        {
            var normalized = Normalized(word!, record.Number);
            if (normalized.Length == 0)
                continue;

            if (text.Length > 0)
            {
                text.Append(' ');
                ofLetters.Add(null);
            }

            text.Append(normalized);
            ofLetters.AddRange(Enumerable.Repeat(names?[at], normalized.Length));
        }

        return new Document(text.ToString(), Tags: names is null ? null : [.. ofLetters]);
    }

    private string Normalized(string text, int line) => normalizer().Normalize(Encoding.UTF8.GetBytes(text), line);

    private static List<string?> Texts(JsonElement list, string name, JsonRecord record) =>
        list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            ? [.. list.EnumerateArray().Select(item => item.GetString())]
            : throw Malformed(record, $"has {name} that are no list of texts");

    private static SequenceRejectedException Malformed(JsonRecord record, string how) =>
        new(RejectionReason.MalformedRecord, $"{record.Place} {how}");
}
