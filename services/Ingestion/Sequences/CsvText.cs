using System.Buffers;
using System.Text;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Sequences;

/// <summary>
/// Comma-separated values by RFC 4180, or the same separated by tabs, with a header row: a column <c>text</c> or <c>sequence</c> and, where wanted, <c>label</c> and <c>split</c>. A record
/// that spans lines is bounded as a line is.
/// </summary>
/// <param name="most">Bytes of a record.</param>
/// <param name="separator">Of fields: a comma or a tab.</param>
internal sealed class CsvText(Func<ISequenceNormalizer> normalizer, int most, char separator = ',') : IDocumentFormat
{
    public string Name => separator == ',' ? "csv" : "tsv";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        var record = new CsvRecord(lines, most, separator);
        if (!record.Read())
        {
            yield break;
        }

        var header = record.Fields().Select(name => name.Trim().ToLowerInvariant()).ToList();
        var text = header.IndexOf("text") is >= 0 and var named ? named : header.IndexOf("sequence");
        if (text < 0)
        {
            throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"line {record.Line} has the columns '{string.Join(",", header)}'; valid is a header row with text or sequence and, where wanted, label and split");
        }

        for (var number = 0; record.Read(); number++)
        {
            yield return Read(record, number, header.Count, text, header.IndexOf("label"), header.IndexOf("split"));
        }
    }

    private ReadRecord Read(CsvRecord record, int number, int width, int text, int label, int split)
    {
        try
        {
            var fields = record.Fields();
            if (fields.Count != width)
            {
                throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"line {record.Line} has {fields.Count} fields; the header has {width}");
            }

            var sequence = normalizer();
            sequence.Append(Encoding.UTF8.GetBytes(fields[text]), record.Line);
            var name = label < 0 ? "" : fields[label].Trim();
            return new ReadRecord(number, new Document(sequence.Finish(), name.Length == 0 ? null : name, split < 0 ? null : RecordSplit.Of(fields[split], $"line {record.Line}")));
        }
        catch (SequenceRejectedException rejected)
        {
            return new ReadRecord(number, null, rejected, record.Raw);
        }
    }
}

/// <summary>Gathers the lines of one record.</summary>
internal sealed class CsvRecord(LineReader lines, int most, char separator)
{
    private readonly ArrayBufferWriter<byte> _raw = new();
    private SequenceRejectedException? _rejected;
    private long _offset;

    /// <summary>On which it begins, from 1.</summary>
    public int Line { get; private set; }

    public byte[] Raw => _raw.WrittenSpan.ToArray();

    /// <returns>False at the end.</returns>
    public bool Read()
    {
        _raw.ResetWrittenCount();
        _rejected = null;
        do
        {
            if (!lines.Read())
            {
                return false;
            }
        }
        while (lines.Bytes.IsEmpty && !lines.IsTooLong);

        (Line, _offset) = (lines.Line, lines.Offset);
        var quoted = false;
        while (true)
        {
            if (lines.IsTooLong || _raw.WrittenCount + lines.Bytes.Length > most)
            {
                _rejected = new SequenceRejectedException(RejectionReason.LineTooLong, $"the record at line {Line} has more than {most} bytes");
                _raw.ResetWrittenCount();
                return true;
            }

            _raw.Write(lines.Bytes);
            quoted = IsOpenAfter(lines.Bytes, quoted);
            if (!quoted || !lines.Read())
            {
                return true;
            }

            _raw.Write("\n"u8);
        }
    }

    /// <exception cref="SequenceRejectedException">It is too long, no UTF-8, or against the rules of quotes.</exception>
    public IReadOnlyList<string> Fields()
    {
        if (_rejected is not null)
        {
            throw _rejected;
        }

        LineReader.VerifyUtf8(_raw.WrittenSpan, _offset);
        try
        {
            return new CsvReader(new StringReader(Encoding.UTF8.GetString(_raw.WrittenSpan)), separator).Read() ?? [];
        }
        catch (FormatException)
        {
            throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"the record at line {Line} has a quote that is not closed, or text after one that is");
        }
    }

    // Whether a quoted field goes on in the next line.
    private bool IsOpenAfter(ReadOnlySpan<byte> line, bool quoted)
    {
        var fieldStart = !quoted;
        foreach (var letter in line)
        {
            if (letter == '"' && (quoted || fieldStart))
            {
                quoted = !quoted;
                // A doubled quote closes and opens again.
                fieldStart = !quoted;
            }
            else if (!quoted)
            {
                fieldStart = letter == separator;
            }
        }

        return quoted;
    }
}
