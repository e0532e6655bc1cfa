using System.Text.Json;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Records;

namespace Pipeline.Lake.Labels;

/// <summary>A row of a table of labels.</summary>
/// <param name="File">As written.</param>
/// <param name="Label">As written; null or blank where there is none.</param>
/// <param name="Split">As written; blank where there is none.</param>
/// <param name="Line">From 1.</param>
/// <param name="Fault">Why it cannot be used; null where it can.</param>
internal readonly record struct LabelRow(string File, string? Label, string Split, int Line, string? Fault = null);

/// <summary>Reads the rows of a table of labels: delimited text with a header row, JSON lines, or a JSON array of objects, each with the
/// columns or fields of <see cref="ColumnNames"/>. UTF-8, or UTF-16 with a byte order mark.</summary>
/// <param name="path">For errors.</param>
internal sealed class LabelRows(string path, LabelSpec? spec, int maxLineBytes, FindingList findings)
{
    /// <param name="file">Can be read again from its start.</param>
    /// <param name="isMetadata">Whether it may be about something else than labels.</param>
    /// <returns>Null where it is: it has no column of files, or none of labels.</returns>
    /// <exception cref="PipelineException">It is no such file.</exception>
    public IEnumerable<LabelRow>? Read(Stream file, bool isMetadata)
    {
        try
        {
            var encoding = EncodedText.Of(file);
            var lines = new LineReader(encoding.Open(file), maxLineBytes, encoding.Start);
            return Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv" or ".txt"
                ? Delimited(lines, isMetadata)
                : Json(file, lines, isMetadata);
        }
        catch (SequenceRejectedException rejected)
        {
            throw Refused(rejected);
        }
    }

    private IEnumerable<LabelRow>? Delimited(LineReader lines, bool isMetadata)
    {
        var records = new DelimitedRecords(lines, maxLineBytes);
        if (!records.ReadHeader())
        {
            throw new PipelineException(
                $"'{path}' has no rows; it must begin with a header row that names a column '{ColumnNames.Files[0]}' and a column "
                    + $"'{ColumnNames.Labels[0]}'.");
        }

        var header = records.Header;
        var file = Column(header, spec?.File, ColumnNames.Files, "file");
        var label = Column(header, spec?.Column, ColumnNames.Labels, "column");
        findings.Add(spec?.Column is null ? ColumnNames.NotUsed(header, label) : null);
        if (file is not null && label is not null)
        {
            var split = ColumnNames.Find(ColumnNames.Splits, header);
            return Guarded(Rows(records, records.IndexOf(file), records.IndexOf(label), records.IndexOf(split)));
        }

        if (isMetadata)
            return null;

        var (missing, key) = file is null
            ? ($"name the files ({string.Join(", ", ColumnNames.Files)})", "file")
            : ($"hold the labels ({string.Join(", ", ColumnNames.Labels)})", "column");
        throw new PipelineException(
            $"'{path}' has the columns {string.Join(", ", header)}, separated by {records.Dialect.Name}; one must {missing}, or the "
                + $"experiment must say labels: {{ {key}: NAME }}.");
    }

    private IEnumerable<LabelRow> Rows(DelimitedRecords records, int file, int label, int split)
    {
        while (records.Read())
        {
            IReadOnlyList<string>? fields = null;
            string? fault = null;
            try
            {
                fields = records.Fields(file, label);
            }
            catch (SequenceRejectedException rejected) when (rejected.Reason != RejectionReason.InvalidEncoding)
            {
                fault = rejected.Detail;
            }

            if (fault is not null || fields is null)
            {
                yield return new LabelRow("", null, "", records.Line, fault);
                continue;
            }

            findings.Add(records.Findings(Path.GetFileName(path), fields[label]));
            yield return new LabelRow(fields[file], fields[label], split < 0 ? "" : fields[split], records.Line);
        }
    }

    private IEnumerable<LabelRow>? Json(Stream file, LineReader lines, bool isMetadata)
    {
        if (isMetadata
            && JsonRecords.Read(lines).FirstOrDefault() is { Rejected: null, Content: { ValueKind: JsonValueKind.Object } first })
        {
            var fields = first.EnumerateObject().Select(field => field.Name).ToList();
            if (ColumnNames.Find(fields, spec?.File, ColumnNames.Files) is null
                || ColumnNames.Find(fields, spec?.Column, ColumnNames.Labels) is null)
            {
                findings.Add(ColumnNames.NotUsed(fields, null));
                return null;
            }
        }

        var encoding = EncodedText.Of(file);
        return Guarded(JsonRows(new LineReader(encoding.Open(file), maxLineBytes, encoding.Start)));
    }

    private IEnumerable<LabelRow> JsonRows(LineReader lines)
    {
        var isFirst = true;
        foreach (var record in JsonRecords.Read(lines))
        {
            if (record.Rejected is { Reason: RejectionReason.InvalidEncoding } rejected)
                throw rejected;

            yield return record.Rejected is null ? RowOf(record, isFirst) : Faulty(record, record.Rejected.Detail);
            isFirst = false;
        }
    }

    private LabelRow RowOf(JsonRecord record, bool isFirst)
    {
        var row = record.Content;
        var fields = row.EnumerateObject().Select(field => field.Name).ToList();
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

    private static LabelRow Faulty(JsonRecord record, string? fault) =>
        new("", null, "", record.Number, fault ?? $"{record.Place} cannot be used");

    // Faults of the whole file are found while it is read.
    private IEnumerable<LabelRow> Guarded(IEnumerable<LabelRow> rows)
    {
        using var reader = rows.GetEnumerator();
        while (true)
        {
            LabelRow row;
            try
            {
                if (!reader.MoveNext())
                    yield break;

                row = reader.Current;
            }
            catch (SequenceRejectedException rejected)
            {
                throw Refused(rejected);
            }

            yield return row;
        }
    }

    private string? Column(IReadOnlyList<string> header, string? said, IReadOnlyList<string> names, string key)
    {
        var found = ColumnNames.Find(header, said, names);
        return found is not null || said is null
            ? found
            : throw new PipelineException(
                $"'{path}' has no column '{said}' as labels.{key} says; its columns are {string.Join(", ", header)}.");
    }

    private PipelineException Refused(SequenceRejectedException rejected) => new(
        rejected.Reason == RejectionReason.InvalidEncoding
            ? $"'{path}' is no UTF-8: {rejected.Detail}. It must be UTF-8, or UTF-16 with a byte order mark; spreadsheets call that 'CSV "
                + "UTF-8'."
            : $"'{path}' cannot be read: {rejected.Detail ?? Rejection.NameOf(rejected.Reason)}.",
        rejected);
}
