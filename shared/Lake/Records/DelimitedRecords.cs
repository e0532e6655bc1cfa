using Pipeline.Lake.Findings;

namespace Pipeline.Lake.Records;

/// <summary>The records of delimited text, one in memory at a time. One that breaks the rules costs its first line and no other: reading
/// continues with the next line, so that a quote that is never closed takes nothing with it (docs/decisions/0020).</summary>
/// <param name="most">Bytes of a record.</param>
public sealed class DelimitedRecords(LineReader lines, int most)
{
    /// <summary>Lines that were read for a record and belong to later ones.</summary>
    private readonly Queue<TextLine> _waiting = new();

    private readonly List<TextLine> _record = [];
    private DelimitedFields? _parser;
    private SequenceRejectedException? _rejected;

    /// <summary>How the table is written; known once the header has been read.</summary>
    public DelimitedDialect Dialect { get; private set; } = null!;

    /// <summary>Names of the columns, without blanks at their ends.</summary>
    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <summary>The line on which the record begins, from 1.</summary>
    public int Line => _record[0].Number;

    /// <summary>The bytes of the record.</summary>
    public byte[] Raw => [.. _record.SelectMany((line, at) => at == 0 ? line.Bytes : [(byte)'\n', .. line.Bytes])];

    private int LastLine => Line + _record.Count - 1;

    /// <summary>Whether each line could be a record: a quote may be missing, and rows have been taken for text.</summary>
    private bool SpansRows => _record.Count > 1 && _record.TrueForAll(line => WidthOf(line) == Header.Count);

    /// <returns>False if the table has no line.</returns>
    /// <exception cref="SequenceRejectedException">It breaks the rules, or names a column twice.</exception>
    public bool ReadHeader()
    {
        var first = Next();
        // Excel names the separator in a line of its own.
        while (first is { IsTooLong: false } && (first.IsBlank() || (first.Bytes.Length == 5 && first.Bytes.AsSpan().StartsWith("sep="u8))))
            first = Next();

        if (first is null)
            return false;

        _waiting.Enqueue(first);
        Dialect = DelimitedDialect.Of(first.Bytes);
        _parser = new DelimitedFields(Dialect);
        Read();
        Header = [.. Parse().Select(name => name.Trim())];
        var named = Header.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.OrdinalIgnoreCase);
        return named.FirstOrDefault(same => same.Count() > 1) is not { } twice
            ? true
            : throw Malformed($"line {Line} names the column '{twice.Key}' {twice.Count()} times; each must have a name of its own");
    }

    /// <returns>False at the end.</returns>
    public bool Read()
    {
        _record.Clear();
        _rejected = null;
        var line = Next();
        while (line is { IsTooLong: false } && line.IsBlank(Dialect.Separator))
            line = Next();

        if (line is null)
            return false;

        _parser!.Clear();
        for (var bytes = 0; line is not null; line = Next())
        {
            _record.Add(line);
            bytes += line.Bytes.Length;
            if (line.IsTooLong)
                return Reject(new(RejectionReason.LineTooLong, $"line {line.Number} has more than {most} bytes"));

            if (bytes > most)
            {
                return Reject(new(
                    RejectionReason.LineTooLong, $"the record at line {Line} has more than {most} bytes, or a quote that is not closed"));
            }

            var state = _parser.Add(line.Bytes);
            if (state == DelimitedState.Complete)
                return true;

            var begins = _record.Count > 1 ? $"; the field begins in line {Line}" : "";
            if (state == DelimitedState.Malformed)
                return Reject(Malformed($"line {line.Number} has text after a closing quote{begins}"));
        }

        return Reject(Malformed($"line {Line} has a quote that is not closed"));
    }

    /// <summary>The index of a column; −1 for null.</summary>
    public int IndexOf(string? column) => column is null ? -1 : Header.Index().First(named => named.Item == column).Index;

    /// <summary>As many as the header has.</summary>
    /// <param name="names">Columns of labels and of files, or −1. A name on several lines means that a quote was not closed.</param>
    /// <exception cref="SequenceRejectedException">It breaks the rules.</exception>
    public IReadOnlyList<string> Fields(params IEnumerable<int> names)
    {
        var fields = Parse();
        if (fields.Count != Header.Count)
            throw Malformed($"line {Line} has {fields.Count} fields; the header has {Header.Count}, separated by {Dialect.Name}");

        if (names.Any(column => column >= 0 && fields[column].Contains('\n')))
        {
            Reject(Malformed(
                $"line {Line} has a quote that is closed in line {LastLine} only; names of files and labels must be on one line"));
            throw _rejected!;
        }

        return fields;
    }

    /// <summary>What is odd about the quotes of the record, and of a label in it.</summary>
    public IEnumerable<Finding> Findings(string subject, string? label)
    {
        if (SpansRows)
            yield return new Finding(WarningCode.RowsInQuotes, 1, subject, $"lines {Line} to {LastLine}");

        if (label is not null && !Dialect.HasQuotes && DelimitedDialect.IsQuoted(label))
            yield return new Finding(WarningCode.QuotesKept, 1, subject, $"line {Line}, {label}");
    }

    private static SequenceRejectedException Malformed(string detail) => new(RejectionReason.MalformedRecord, detail);

    private IReadOnlyList<string> Parse()
    {
        if (_rejected is not null)
            throw _rejected;

        _record.ForEach(line => LineReader.VerifyUtf8(line.Bytes, line.Offset));
        return _parser!.Fields();
    }

    // The first line alone is at fault: what follows it is read again.
    private bool Reject(SequenceRejectedException rejected)
    {
        _rejected = rejected;
        TextLine[] later = [.. _record.Skip(1), .. _waiting];
        _waiting.Clear();
        foreach (var line in later)
            _waiting.Enqueue(line);

        _record.RemoveRange(1, _record.Count - 1);
        return true;
    }

    private TextLine? Next() => _waiting.TryDequeue(out var waiting) ? waiting
        : lines.Read() ? new TextLine(lines.Line, lines.Offset, lines.IsTooLong, lines.Bytes.ToArray())
        : null;

    private int WidthOf(TextLine line)
    {
        var unquoted = new DelimitedFields(Dialect with { HasQuotes = false });
        unquoted.Add(line.Bytes);
        return unquoted.Count;
    }

    private sealed record TextLine(int Number, long Offset, bool IsTooLong, byte[] Bytes)
    {
        /// <param name="separator">A blank that is one says that there are fields.</param>
        public bool IsBlank(byte separator = 0) =>
            Bytes.AsSpan().IndexOfAnyExcept((byte)' ', (byte)'\t') < 0 && (separator != '\t' || !Bytes.Contains((byte)'\t'));
    }
}
