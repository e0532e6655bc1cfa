using System.Text;

namespace Pipeline.Ingestion.Sequences;

/// <summary>
/// How a table of delimited text is written, told from its header row: separated by the comma, semicolon or tab that gives the most columns. Fields in double quotes are read by RFC 4180, but where
/// tabs separate only if a name in the header is in quotes: most programs that write tabs do not quote, and a quote is a letter there.
/// </summary>
internal sealed record DelimitedDialect(byte Separator, bool HasQuotes)
{
    private static readonly byte[] Separators = [(byte)',', (byte)';', (byte)'\t'];

    /// <summary>For messages.</summary>
    public string Name => Separator switch
    {
        (byte)';' => "semicolons",
        (byte)'\t' => "tabs",
        _ => "commas",
    };

    /// <param name="header">UTF-8.</param>
    public static DelimitedDialect Of(ReadOnlySpan<byte> header)
    {
        var text = header.ToArray();
        var best = Separators.Select(separator => new DelimitedDialect(separator, true)).MaxBy(dialect => WidthOf(text, dialect))!;
        return best.Separator == '\t' && !Encoding.UTF8.GetString(header).Split('\t').Any(IsQuoted) ? best with { HasQuotes = false } : best;
    }

    /// <summary>Whether a field that was taken as it is written looks like one in quotes.</summary>
    public static bool IsQuoted(string field) => field.Trim() is ['"', _, .., '"'] or "\"\"";

    private static int WidthOf(byte[] line, DelimitedDialect dialect)
    {
        var parser = new DelimitedFields(dialect);
        return parser.Add(line) == DelimitedState.Complete ? parser.Count : parser.Count + 1;
    }
}
