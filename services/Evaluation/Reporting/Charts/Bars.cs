using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Charts;

/// <summary>Parts of a whole as a table whose rows carry bars: the longest fills its cell.</summary>
internal static class Bars
{
    public static XElement Render(string caption, string what, IReadOnlyList<(string Name, double Seconds)> parts)
    {
        var total = Math.Max(parts.Sum(part => part.Seconds), double.Epsilon);
        var longest = Math.Max(parts.Max(part => part.Seconds), double.Epsilon);
        return Markup.Table(caption, [what, "Time", "Share", ""], parts.Select(part => new object?[]
        {
            part.Name,
            Duration(part.Seconds),
            Percent(part.Seconds / total),
            Tag("svg", Class("bar"), Set("viewBox", "0 0 100 10"), Set("preserveAspectRatio", "none"), Set("aria-hidden", "true"),
                Tag("rect", Set("width", Coordinate(100 * part.Seconds / longest)), Set("height", 10))),
        }));
    }
}
