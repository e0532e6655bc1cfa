using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Lake.Records;

public enum DelimitedState
{
    /// <summary>The record ends with the line.</summary>
    Complete,

    /// <summary>A field in quotes continues on the next line.</summary>
    Open,

    /// <summary>Something other than blanks follows a closing quote.</summary>
    Malformed,
}

/// <summary>The fields of one record of delimited text, line by line, by RFC 4180: a field that begins with a double quote ends with the
/// next that is not doubled. Blanks around quotes do not count. A quote within a field that does not begin with one is a letter.</summary>
public sealed class DelimitedFields(DelimitedDialect dialect)
{
    private enum At
    {
        Start,
        Plain,
        Quoted,

        /// <summary>Behind a quote that closes the field, or is the first of two.</summary>
        Quote,

        /// <summary>Behind the field, before the separator.</summary>
        End,
    }

    private readonly List<byte> _bytes = [];
    private readonly List<int> _ends = [];
    private At _at;

    /// <summary>Fields that have ended.</summary>
    public int Count => _ends.Count;

    public void Clear()
    {
        _bytes.Clear();
        _ends.Clear();
        _at = At.Start;
    }

    /// <param name="line">Without its end.</param>
    public DelimitedState Add(ReadOnlySpan<byte> line)
    {
        var start = _bytes.Count;
        foreach (var letter in line)
        {
            var isBlank = letter is (byte)' ' or (byte)'\t';
            switch (_at)
            {
                case At.Quoted when letter == '"':
                    _at = At.Quote;
                    break;
                case At.Quoted:
                    _bytes.Add(letter);
                    break;
                case At.Quote when letter == '"':
                    _bytes.Add(letter);
                    _at = At.Quoted;
                    break;
                case var _ when letter == dialect.Separator:
                    EndField(ref start);
                    break;
                case At.Start when letter == '"' && dialect.HasQuotes:
                    // Blanks before it were written.
                    CollectionsMarshal.SetCount(_bytes, start);
                    _at = At.Quoted;
                    break;
                case At.Quote or At.End when isBlank:
                    _at = At.End;
                    break;
                case At.Quote or At.End:
                    return DelimitedState.Malformed;
                default:
                    _bytes.Add(letter);
                    _at = _at == At.Start && isBlank ? At.Start : At.Plain;
                    break;
            }
        }

        if (_at == At.Quoted)
        {
            _bytes.Add((byte)'\n');
            return DelimitedState.Open;
        }

        EndField(ref start);
        return DelimitedState.Complete;
    }

    /// <summary>Of the complete record, whose bytes are valid UTF-8.</summary>
    public IReadOnlyList<string> Fields() =>
        [.. _ends.Select((end, at) => Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes)[(at == 0 ? 0 : _ends[at - 1])..end]))];

    private void EndField(ref int start)
    {
        start = _bytes.Count;
        _ends.Add(start);
        _at = At.Start;
    }
}

/// <summary>How a table of delimited text is written, by its header row: separated by the comma, semicolon or tab that gives the most
/// columns. Fields in double quotes are read by RFC 4180; with tabs only if a name in the header is in quotes, as most programs that write
/// tabs do not quote, and a quote is a letter there.</summary>
public sealed record DelimitedDialect(byte Separator, bool HasQuotes)
{
    private static readonly byte[] Separators = [(byte)',', (byte)';', (byte)'\t'];

    /// <summary>For messages.</summary>
    public string Name => Separator switch { (byte)';' => "semicolons", (byte)'\t' => "tabs", _ => "commas" };

    /// <param name="header">UTF-8.</param>
    public static DelimitedDialect Of(byte[] header)
    {
        var best = Separators.Select(separator => new DelimitedDialect(separator, true)).MaxBy(dialect => WidthOf(header, dialect))!;
        return best.Separator == '\t' && !Encoding.UTF8.GetString(header).Split('\t').Any(IsQuoted)
            ? best with { HasQuotes = false }
            : best;
    }

    /// <summary>Whether a field that was taken as it is written looks like one in quotes.</summary>
    public static bool IsQuoted(string field) => field.Trim() is ['"', _, .., '"'] or "\"\"";

    private static int WidthOf(byte[] line, DelimitedDialect dialect)
    {
        var parser = new DelimitedFields(dialect);
        return parser.Add(line) == DelimitedState.Complete ? parser.Count : parser.Count + 1;
    }
}
