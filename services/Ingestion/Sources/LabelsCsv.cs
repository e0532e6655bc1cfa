using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>labels.csv: a header with the columns <c>file</c>, <c>label</c> and optionally <c>split</c>, comma-separated, quoted as in RFC 4180, UTF-8.</summary>
internal static class LabelsCsv
{
    public const string FileName = "labels.csv";

    /// <param name="files">The files there are.</param>
    /// <param name="rejections">Lines that could not be used are added here; they stop nothing.</param>
    /// <exception cref="PipelineException">The header lacks a column.</exception>
    public static IReadOnlyDictionary<string, FileItem> Read(string folder, IReadOnlyList<string> files, List<Rejection> rejections)
    {
        var path = Path.Combine(folder, FileName);
        using var reader = new StreamReader(path, Encoding.UTF8);
        var header = ReadRow(reader)?.Select(column => column.Trim().ToLowerInvariant()).ToList() ?? [];
        var (file, label, split) = (header.IndexOf("file"), header.IndexOf("label"), header.IndexOf("split"));
        if (file < 0 || label < 0)
        {
            throw new PipelineException($"'{path}' has the columns '{string.Join(", ", header)}'. Valid are file, label and optionally split.");
        }

        var known = files.ToHashSet(StringComparer.Ordinal);
        var items = new Dictionary<string, FileItem>(StringComparer.Ordinal);
        while (ReadRow(reader) is { } row)
        {
            if (row is [""])
            {
                continue;
            }

            string Cell(int column) => column >= 0 && column < row.Count ? row[column].Trim() : "";
            var name = Cell(file).Replace('\\', '/');
            if (!known.Contains(name))
            {
                rejections.Add(new(name, RejectionReason.LabelWithoutFile, $"{FileName} gives the label '{Cell(label)}' to a file that is not there."));
                continue;
            }

            var item = new FileItem(name, Cell(label) is { Length: > 0 } text ? text : null, SplitNames.Parse(Cell(split)));
            if (Cell(split).Length > 0 && item.Split is null)
            {
                rejections.Add(new(name, RejectionReason.UnknownSplit, $"{FileName} names the split '{Cell(split)}'. Valid are train, validation and test."));
            }

            if (item.Label is null && item.Split is null)
            {
                rejections.Add(new(name, RejectionReason.EmptyLabel, $"{FileName} names the file without a label."));
            }

            if (items.TryGetValue(name, out var earlier) && earlier.Label != item.Label)
            {
                rejections.Add(new(name, RejectionReason.ConflictingLabels, $"{FileName} gives it the labels '{earlier.Label}' and '{item.Label}'."));
                item = item with { Label = null };
            }

            items[name] = item;
        }

        return items;
    }

    /// <returns>Null at the end of the file.</returns>
    private static List<string>? ReadRow(StreamReader reader)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        while (true)
        {
            var next = reader.Read();
            if (quoted && next == '"' && reader.Peek() == '"')
            {
                cell.Append((char)reader.Read());
            }
            else if (next == '"')
            {
                quoted = !quoted;
            }
            else if (next < 0 || (!quoted && next == '\n'))
            {
                cells.Add(cell.ToString().TrimEnd('\r'));
                return cells;
            }
            else if (!quoted && next == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append((char)next);
            }
        }
    }
}
