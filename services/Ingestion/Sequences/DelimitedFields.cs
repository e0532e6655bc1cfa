using System.Text;

namespace Pipeline.Ingestion.Sequences;

internal enum DelimitedState
{
    /// <summary>The record ends with the line.</summary>
    Complete,

    /// <summary>A field in quotes goes on in the next line.</summary>
    Open,

    /// <summary>Something other than blanks follows a closing quote.</summary>
    Malformed,
}

/// <summary>
/// The fields of one record of delimited text, line by line, by RFC 4180: a field that begins with a double quote ends with the next that is not doubled. Blanks around quotes do not count. A quote
/// within a field that does not begin with one is a letter.
/// </summary>
internal sealed class DelimitedFields(DelimitedDialect dialect)
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

    private byte[] _bytes = new byte[1 << 10];
    private int _count;
    private readonly List<int> _ends = [];
    private At _at;

    /// <summary>Fields that have ended.</summary>
    public int Count => _ends.Count;

    public void Clear()
    {
        _count = 0;
        _ends.Clear();
        _at = At.Start;
    }

    /// <param name="line">Without its end.</param>
    public DelimitedState Add(ReadOnlySpan<byte> line)
    {
        var start = _count;
        foreach (var letter in line)
        {
            switch (_at)
            {
                case At.Quoted when letter == '"':
                    _at = At.Quote;
                    break;
                case At.Quoted:
                    Write(letter);
                    break;
                case At.Quote when letter == '"':
                    Write(letter);
                    _at = At.Quoted;
                    break;
                case var _ when letter == dialect.Separator:
                    EndField(ref start);
                    break;
                case At.Start when letter == '"' && dialect.HasQuotes:
                    // Blanks before it were written.
                    _count = start;
                    _at = At.Quoted;
                    break;
                case At.Quote or At.End:
                    _at = At.End;
                    if (!IsBlank(letter))
                    {
                        return DelimitedState.Malformed;
                    }

                    break;
                default:
                    Write(letter);
                    _at = _at == At.Start && IsBlank(letter) ? At.Start : At.Plain;
                    break;
            }
        }

        if (_at == At.Quoted)
        {
            Write((byte)'\n');
            return DelimitedState.Open;
        }

        EndField(ref start);
        return DelimitedState.Complete;
    }

    /// <summary>Of the complete record, whose bytes are valid UTF-8.</summary>
    public IReadOnlyList<string> Fields()
    {
        var fields = new string[_ends.Count];
        var start = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = Encoding.UTF8.GetString(_bytes.AsSpan(start.._ends[i]));
            start = _ends[i];
        }

        return fields;
    }

    private static bool IsBlank(byte letter) => letter is (byte)' ' or (byte)'\t';

    private void EndField(ref int start)
    {
        _ends.Add(_count);
        start = _count;
        _at = At.Start;
    }

    private void Write(byte letter)
    {
        if (_count == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        _bytes[_count++] = letter;
    }
}
