using System.Text.Json;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Records;

namespace Pipeline.Lake.Labels;

/// <summary>A row of a table of labels.</summary>
/// <param name="Label">As written; null or blank without one.</param>
/// <param name="Split">As written; blank without one.</param>
/// <param name="Fault">Why it cannot be used; null if it can.</param>
internal readonly record struct LabelRow(string File, string? Label, string Split, int Line, string? Fault = null);

/// <summary>Reads the rows of a table of labels: delimited text with a header row, JSON lines, or a JSON array of objects, each with the
/// columns or fields of <see cref="ColumnNames"/>. UTF-8, or UTF-16 with a byte order mark.</summary>
/// <param name="path">For errors.</param>
internal sealed class LabelRows(string path, LabelSpec? spec, int maxLineBytes, FindingList findings)
{
    /// <param name="file">Can be read again from its start.</param>
    /// <param name="isMetadata">Whether it may be about something else than labels.</param>
    /// <returns>False if it is about something else: it has no column of files, or none of labels.</returns>
    /// <exception cref="PipelineException">It is no such file.</exception>
    public bool Read(Stream file, bool isMetadata, Action<LabelRow> add)
    {
        try
        {
            return Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv" or ".txt"
                ? ReadDelimited(LinesOf(file), isMetadata, add)
                : ReadJson(file, isMetadata, add);
        }
        catch (SequenceRejectedException rejected)
        {
            throw new PipelineException(
                rejected.Reason == RejectionReason.InvalidEncoding
                    ? $"'{path}' is no UTF-8: {rejected.Detail}. It must be UTF-8, or UTF-16 with a byte order mark; spreadsheets call "
                        + "that 'CSV UTF-8'."
                    : $"'{path}' cannot be read: {rejected.Detail ?? Rejection.NameOf(rejected.Reason)}.",
                rejected);
        }
    }

    private LineReader LinesOf(Stream file)
    {
        var encoding = EncodedText.Of(file);
        return new LineReader(encoding.Open(file), maxLineBytes, encoding.Start);
    }

    private bool ReadDelimited(LineReader lines, bool isMetadata, Action<LabelRow> add)
    {
        var records = new DelimitedRecords(lines, maxLineBytes);
        if (!records.ReadHeader())
        {
            throw new PipelineException(
                $"'{path}' has no rows; it must begin with a header row that names a column '{ColumnNames.Files[0]}' and a column "
                    + $"'{ColumnNames.Labels[0]}'.");
        }

        var header = records.Header;
        var file = ColumnNames.FindIn(path, header, spec?.File, ColumnNames.Files, "file");
        var label = ColumnNames.FindIn(path, header, spec?.Column, ColumnNames.Labels, "column");
        findings.Add(spec?.Column is null ? ColumnNames.NotUsed(header, label) : null);
        if (file is null || label is null)
        {
            var (missing, key) = file is null
                ? ($"name the files ({string.Join(", ", ColumnNames.Files)})", "file")
                : ($"hold the labels ({string.Join(", ", ColumnNames.Labels)})", "column");
            return isMetadata
                ? false
                : throw new PipelineException(
                    $"'{path}' has the columns {string.Join(", ", header)}, separated by {records.Dialect.Name}; one must {missing}, or "
                        + $"the experiment must say labels: {{ {key}: NAME }}.");
        }

        var (files, labels) = (records.IndexOf(file), records.IndexOf(label));
        var splits = records.IndexOf(ColumnNames.Find(ColumnNames.Splits, header));
        while (records.Read())
            add(RowOf(records, files, labels, splits));

        return true;
    }

    private LabelRow RowOf(DelimitedRecords records, int file, int label, int split)
    {
        try
        {
            var fields = records.Fields(file, label);
            findings.Add(records.Findings(Path.GetFileName(path), fields[label]));
            return new LabelRow(fields[file], fields[label], split < 0 ? "" : fields[split], records.Line);
        }
        catch (SequenceRejectedException rejected) when (rejected.Reason != RejectionReason.InvalidEncoding)
        {
            return new LabelRow("", null, "", records.Line, rejected.Detail);
        }
    }

    private bool ReadJson(Stream file, bool isMetadata, Action<LabelRow> add)
    {
        if (isMetadata
            && JsonRecords.Read(LinesOf(file)).FirstOrDefault() is { Rejected: null, Content: { ValueKind: JsonValueKind.Object } row })
        {
            var fields = FieldsOf(row);
            if (ColumnNames.Find(fields, spec?.File, ColumnNames.Files) is null
                || ColumnNames.Find(fields, spec?.Column, ColumnNames.Labels) is null)
            {
                findings.Add(ColumnNames.NotUsed(fields, null));
                return false;
            }
        }

        var isFirst = true;
        foreach (var record in JsonRecords.Read(LinesOf(file)))
        {
            add(record.Rejected switch
            {
                null => RowOf(record, isFirst),
                { Reason: RejectionReason.InvalidEncoding } rejected => throw rejected,
                var rejected => Faulty(record, rejected.Detail),
            });
            isFirst = false;
        }

        return true;
    }

    private LabelRow RowOf(JsonRecord record, bool isFirst)
    {
        var row = record.Content;
        var fields = FieldsOf(row);
        var file = ColumnNames.Find(fields, spec?.File, ColumnNames.Files);
        if (file is null || row.GetProperty(file).ValueKind != JsonValueKind.String)
        {
            return Faulty(
                record,
                $"{record.Place} names no file: its fields are {string.Join(", ", fields)}; one must be "
                    + $"{spec?.File ?? string.Join(" or ", ColumnNames.Files)}, a text");
        }

        var label = ColumnNames.Find(fields, spec?.Column, ColumnNames.Labels);
        if (isFirst && spec?.Column is null)
            findings.Add(ColumnNames.NotUsed(fields, label));

        var (text, fault) = label is null ? default : LabelValue.Of(row.GetProperty(label));
        var split = ColumnNames.Find(ColumnNames.Splits, fields) is { } named ? LabelValue.Of(row.GetProperty(named)).Text ?? "" : "";
        return fault is null
            ? new LabelRow(row.GetProperty(file).GetString()!, text, split, record.Number)
            : Faulty(record, $"{record.Place} has a label that is {fault}");
    }

    private static List<string> FieldsOf(JsonElement row) => [.. row.EnumerateObject().Select(field => field.Name)];

    private static LabelRow Faulty(JsonRecord record, string? fault) =>
        new("", null, "", record.Number, fault ?? $"{record.Place} cannot be used");
}
