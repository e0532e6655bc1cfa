using System.Text;

namespace Pipeline.Ingestion.Sources;

/// <summary>Comma-separated values by RFC 4180: fields in double quotes may hold commas, line breaks and doubled quotes. Empty lines are skipped.</summary>
/// <param name="separator">In place of the comma, where it is another.</param>
public sealed class CsvReader(TextReader reader, char separator = ',')
{
    /// <summary>Line on which the last record began, from 1.</summary>
    public int Line { get; private set; }

    private int _next = 1;

    /// <returns>Null at the end.</returns>
    /// <exception cref="FormatException">A quote is not closed, or text follows a closing quote.</exception>
    public IReadOnlyList<string>? Read()
    {
        while (reader.Peek() is '\r' or '\n')
        {
            Advance();
        }

        if (reader.Peek() < 0)
        {
            return null;
        }

        Line = _next;
        var fields = new List<string>();
        do
        {
            fields.Add(reader.Peek() == '"' ? Quoted() : Plain());
        }
        while (TakeSeparator());
        return fields;
    }

    private bool TakeSeparator()
    {
        if (reader.Peek() != separator)
        {
            return reader.Peek() is < 0 or '\r' or '\n' ? false : throw new FormatException($"line {_next}: text after a closing quote");
        }

        reader.Read();
        return true;
    }

    private string Plain()
    {
        var field = new StringBuilder();
        while (reader.Peek() is >= 0 and not '\r' and not '\n' and var next && next != separator)
        {
            field.Append((char)reader.Read());
        }

        return field.ToString();
    }

    private string Quoted()
    {
        reader.Read();
        var field = new StringBuilder();
        while (true)
        {
            switch (reader.Peek())
            {
                case < 0:
                    throw new FormatException($"line {Line}: a quote that is not closed");
                case '"':
                    reader.Read();
                    if (reader.Peek() != '"')
                    {
                        return field.ToString();
                    }

                    field.Append((char)reader.Read());
                    break;
                default:
                    field.Append(Advance());
                    break;
            }
        }
    }

    private char Advance()
    {
        var read = (char)reader.Read();
        _next += read == '\n' ? 1 : 0;
        return read;
    }
}
