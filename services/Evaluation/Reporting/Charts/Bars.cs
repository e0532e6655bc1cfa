using System.Globalization;
using System.Xml.Linq;
using Pipeline.Statistics;
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

/// <summary>A confusion matrix as a table: each row in percent of its class, darker for more.</summary>
internal static class HeatMap
{
    /// <summary>From this share on, the cell is dark enough to need light text.</summary>
    private const double Dark = 0.7;

    public static XElement Render(string caption, ConfusionMatrix matrix, IReadOnlyList<string> classes) =>
        Scroll(caption,
            Tag("table", Class("heat"),
                Tag("thead", Tag("tr",
                    Tag("th", Set("scope", "col"), Class("corner"), "true ↓ taken for →"),
                    classes.Select(name => Tag("th", Set("scope", "col"), Tag("span", name))))),
                Tag("tbody", classes.Select((name, truth) => Tag("tr",
                    Tag("th", Set("scope", "row"), name),
                    classes.Select((_, predicted) => Cell(matrix, truth, predicted)))))));

    private static XElement Cell(ConfusionMatrix matrix, int truth, int predicted)
    {
        var share = matrix.Share(truth, predicted);
        var style = (truth == predicted ? "right" : "") + (share >= Dark ? " dark" : "");
        return Tag("td", Class(style.Trim()),
            Set("style", $"--share:{(double.IsNaN(share) ? 0 : share * 100).ToString("0", CultureInfo.InvariantCulture)}%"),
            Set("title", $"{Count(matrix[truth, predicted])} of {Count(matrix.Total(truth))}"),
            share >= 0.005 ? $"{share * 100:0}" : "");
    }
}
