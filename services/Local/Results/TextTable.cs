namespace Pipeline.Local.Results;

/// <summary>Columns as wide as their widest cell: the same on a terminal, in a pipe and in a file.</summary>
internal static class TextTable
{
    /// <param name="alignment">For each column <c>l</c> or <c>r</c>.</param>
    public static void Write(TextWriter output, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, IReadOnlyList<char> alignment)
    {
        var all = rows.Prepend(head).ToList();
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        foreach (var row in all)
        {
            var cells = row.Select((cell, column) => alignment[column] == 'r' ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
