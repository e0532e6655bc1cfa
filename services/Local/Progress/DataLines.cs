using Spectre.Console.Rendering;

namespace Pipeline.Local.Progress;

/// <summary>Lines about the dataset, cut to the terminal: what wraps, or does not fit, cannot be drawn anew at its place.</summary>
internal static class DataLines
{
    private const string Cut = "…";

    /// <param name="height">How many lines there is room for; below 1 for none.</param>
    public static IReadOnlyList<string> Fitting(IReadOnlyList<string> lines, int width, int height)
    {
        if (height < 1)
        {
            return [];
        }

        IEnumerable<string> shown = lines.Count <= height ? lines : [.. lines.Take(height - 1), $"and {lines.Count - height + 1} more lines: 'status --data' shows all"];
        return [.. shown.Select(line => Fitting(line, width))];
    }

    // By cells, not letters: some letters take two.
    private static string Fitting(string line, int width) =>
        new Segment(line).CellCount() <= width ? line : (Segment.Truncate(new Segment(line), Math.Max(width - 1, 1))?.Text ?? "") + Cut;
}
