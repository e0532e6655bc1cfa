using System.Text;
using System.Text.Json;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

/// <summary>A table of labels as some program might write it, drawn by a seed, with what was written into it.</summary>
/// <param name="Rows">Each file with its label in form C and without blanks at its ends; null where it has none.</param>
/// <param name="Damaged">Files whose rows were damaged afterwards.</param>
internal sealed record GeneratedTable(string Name, byte[] Content, string Text, char Separator,
    IReadOnlyList<(string File, string? Label)> Rows, IReadOnlyCollection<string> Damaged)
{
    private static readonly string[] Words =
        ["cat", "dog", "K\u00E4se", "Ka\u0308se", "warbler, yellow", "a;b", "a\tb", "5\" disk", "\"quoted\"", "'single'", "the \"\"cat\"\"",
            "1", "1.0", "-1", "true", "nan", "\u732B", "\U0001F408", "a  b", " edge ", "x=1", "#7", "sep=,"];

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    public static GeneratedTable Of(int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, random.Next(1, 12))
            .Select(row => (File: FileOf(random, row), Label: random.Next(6) == 0 ? "" : Words[random.Next(Words.Length)])).ToList();
        return random.Next(5) == 0 ? Json(random, rows) : Delimited(random, rows);
    }

    private static string FileOf(Random random, int row) => random.Next(4) switch
    {
        0 => $"{row}.png",
        1 => $"sub dir/{row}.png",
        2 => $"a, b/{row}.png",
        _ => $"gr\u00F6\u00DFe/{row}.png",
    };

    private static GeneratedTable Json(Random random, List<(string File, string Label)> rows)
    {
        var isArray = random.Next(2) == 0;
        var lines = rows.Select(row => JsonSerializer.Serialize(
            new Dictionary<string, object?>
            {
                [random.Next(2) == 0 ? "file" : "file_name"] = row.File,
                ["label"] = Typed(random, row.Label)
            }));
        var text = isArray ? $"[{string.Join(",\n", lines)}]" : string.Join('\n', lines);
        return new GeneratedTable("labels.json" + (isArray ? "" : "l"), Encode(random, text), text, '\0', Written(rows), []);
    }

    // The same label as a program with types may write it.
    private static object? Typed(Random random, string label) => label switch
    {
        "" => random.Next(2) == 0 ? "" : null,
        "1" when random.Next(2) == 0 => random.Next(2) == 0 ? 1 : 1m,
        "true" when random.Next(2) == 0 => true,
        _ => label,
    };

    private static GeneratedTable Delimited(Random random, List<(string File, string Label)> rows)
    {
        var separator = ",;\t"[random.Next(3)];
        var end = LineEnds[random.Next(LineEnds.Length)];
        // Tabs without rules of quotes cannot hold tabs; a header in quotes says that there are rules.
        var quoting = random.Next(3) switch
        {
            0 => Quoting.All,
            1 when separator == '\t' => Quoting.None,
            _ => separator == '\t'
            ? Quoting.All : Quoting.Minimal
        };
        string[] columns = random.Next(3) switch
        {
            0 => ["file", "label"],
            1 => ["Label", "note", "File"],
            _ =>
            ["id", "file_name", "split", "class"]
        };
        var lines = new List<string> { Line(columns, separator, quoting) };
        var damaged = new HashSet<string>();
        rows = [.. rows.Where(row => quoting != Quoting.None || !row.Label.Contains('\t'))];
        foreach (var row in rows)
        {
            var line = Line([.. columns.Select(column => Cell(column.ToLowerInvariant(), row))], separator, quoting);
            if (random.Next(25) == 0)
            {
                line = Damage(random, line, separator, quoting);
                damaged.Add(row.File);
            }

            lines.Add(line);
            lines.AddRange(random.Next(20) == 0 ? [""] : Array.Empty<string>());
        }

        var text = string.Join(end, lines) + (random.Next(3) == 0 ? "" : end);
        return new GeneratedTable(separator == '\t' ? "labels.tsv" : "Labels.csv", Encode(random, text), text, separator, Written(rows),
            damaged);
    }

    private static string Cell(string column, (string File, string Label) row) => column switch
    {
        "file" or "file_name" => row.File,
        "label" or "class" => row.Label,
        "note" => "seen, \"twice\"",
        "id" => "7",
        _ => "",
    };

    private static string Line(IEnumerable<string> fields, char separator, Quoting quoting) =>
        string.Join(separator, fields.Select(field => quoting == Quoting.All
            || (quoting == Quoting.Minimal && (field.Contains(separator) || field.Contains('"') || field.Contains('\n')))
            ? $"\"{field.Replace("\"", "\"\"")}\""
            : field));

    // Without rules of quotes a quote too many is another label.
    private static string Damage(Random random, string line, char separator, Quoting quoting) =>
        random.Next(quoting == Quoting.None ? 2 : 4) switch
        {
            0 => line + separator + "more",
            1 => line.Contains(separator) ? line[..line.LastIndexOf(separator)] : separator + line,
            2 => "\"" + line,
            _ => line.Insert(line.LastIndexOf(separator) + 1, "\""),
        };

    private static byte[] Encode(Random random, string text) => random.Next(8) switch
    {
        0 => [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text)],
        1 => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
        2 => [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(text)],
        _ => Encoding.UTF8.GetBytes(text),
    };

    private static List<(string File, string? Label)> Written(List<(string File, string Label)> rows) =>
        [.. rows.Select(row => (row.File, row.Label.Trim().Length == 0 ? null : CanonicalComposition.Of(row.Label.Trim())))];

    private enum Quoting
    {
        None,
        Minimal,
        All,
    }
}
