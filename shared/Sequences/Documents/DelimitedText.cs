using System.Text;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>Delimited text with a header row, a document a row: a column of text and, where wanted, of labels and of splits, by the names
/// of <see cref="ColumnNames"/>. A record that spans lines is bounded as a line is.</summary>
/// <param name="most">Bytes of a record.</param>
/// <param name="labelColumn">As the experiment names it; null where it does not.</param>
internal sealed class DelimitedText(
    Func<ISequenceNormalizer> normalizer, int most, string? labelColumn, FindingList findings) : IDocumentFormat
{
    private DelimitedRecords? _records;

    public string Name => _records?.Dialect.Separator == '\t' ? "tsv" : "csv";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        _records = new DelimitedRecords(lines, most);
        if (!_records.ReadHeader())
            yield break;

        var columns = Columns(_records);
        for (var number = 0; _records.Read(); number++)
            yield return ReadRecord.Of(number, () => DocumentOf(_records, columns), () => _records.Raw);
    }

    private (int Text, int Label, int Split) Columns(DelimitedRecords records)
    {
        var header = records.Header;
        var text = ColumnNames.Find(ColumnNames.Texts, header)
            ?? throw new SequenceRejectedException(
                RejectionReason.MalformedRecord,
                $"line {records.Line} names the columns {string.Join(", ", header)}, separated by {records.Dialect.Name}; there must be "
                    + $"one named {string.Join(" or ", ColumnNames.Texts)}, and may be label and split");
        var label = ColumnNames.Find(header, labelColumn, ColumnNames.Labels);
        if (label is null && labelColumn is not null)
        {
            throw new SequenceRejectedException(
                RejectionReason.MalformedRecord,
                $"there is no column '{labelColumn}' as labels.column says; line {records.Line} names {string.Join(", ", header)}");
        }

        findings.Add(labelColumn is null ? ColumnNames.NotUsed(header, label) : null);
        return (records.IndexOf(text), records.IndexOf(label), records.IndexOf(ColumnNames.Find(ColumnNames.Splits, header)));
    }

    private Document DocumentOf(DelimitedRecords records, (int Text, int Label, int Split) columns)
    {
        var fields = records.Fields(columns.Label);
        var label = columns.Label < 0 ? null : fields[columns.Label];
        var split = columns.Split < 0 ? null : RecordSplit.Of(fields[columns.Split], $"line {records.Line}");
        var document = new Document(
            normalizer().Normalize(Encoding.UTF8.GetBytes(fields[columns.Text]), records.Line), label, split);
        findings.Add(records.Findings("", label));
        if (label is not null && string.IsNullOrWhiteSpace(label))
            findings.Add(new Finding(WarningCode.EmptyLabels, 1, "", $"line {records.Line}"));

        return document;
    }
}
