using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Charts;

/// <summary>Names of lines, for charts too narrow to hold them.</summary>
internal static class Legend
{
    public static XElement Render(IEnumerable<Series> series, string style = "") =>
        Tag("ul", Class($"legend {style}".Trim()), series.Select(line => Tag("li",
            Tag("svg", Set("viewBox", "0 0 22 12"), Set("width", 22), Set("height", 12), Set("aria-hidden", "true"),
                Shapes.Line($"{line.Style} line", 1, 6, 21, 6),
                line.Marker is { } marker ? Shapes.Mark(marker, $"{line.Style} mark", 11, 6, 4) : null),
            line.Name)));
}
