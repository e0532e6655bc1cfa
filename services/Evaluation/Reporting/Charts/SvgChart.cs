using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Charts;

/// <summary>A line chart as inline SVG. Colours come from the style sheet, so that they follow the page into the dark.</summary>
/// <param name="Title">What it shows, for those who do not see it.</param>
internal sealed record SvgChart(string Title, Axis X, Axis Y, IReadOnlyList<Series> Series)
{
    private const double Top = 14;
    private const double Bottom = 46;
    private const double Left = 54;
    private const double LabelRoom = 138;
    private const double LabelHeight = 18;
    private const double TickRoom = 7.5;
    private const double TickDistance = 75;
    private const double SideBySide = 48;

    public int Width { get; init; } = 320;

    public int Height { get; init; } = 216;

    /// <summary>Names stand at the end of their lines.</summary>
    public bool LabelLines { get; init; }

    public XElement Render(string style = "")
    {
        var right = Width - (LabelLines ? LabelRoom : 14);
        var x = new Scale(X, Series.SelectMany(series => series.Xs), Left, right, marks: Math.Max(2, (int)((right - Left) / TickDistance)));
        var y = new Scale(Y, Series.SelectMany(series => series.Ys), Height - Bottom, Top, marks: 5);
        return Tag("svg", Class($"chart {style}".Trim()), Set("viewBox", $"0 0 {Width} {Height}"), Set("role", "img"),
            Tag("title", Title),
            YAxis(y, right),
            XAxis(x, right),
            Series.Select((series, i) => Bands(series, at => x.At(at) + Shift(i), y)),
            Series.Select((series, i) => Lines(series, at => x.At(at) + Shift(i), y)),
            LabelLines ? Labels(y, right) : null);
    }

    /// <summary>Lines that are all one point above the same value stand side by side.</summary>
    private double Shift(int series) =>
        Series.SelectMany(other => other.Xs).Distinct().Count() == 1 ? (series - ((Series.Count - 1) / 2.0)) * SideBySide : 0;

    private IEnumerable<XElement> YAxis(Scale scale, double right)
    {
        foreach (var tick in scale.Ticks)
        {
            var at = scale.At(tick);
            yield return Shapes.Line("grid", Left, at, right, at);
            yield return Shapes.Text("tick", Left - 8, at + 4, "end", Y.Format(tick));
        }
    }

    private IEnumerable<XElement> XAxis(Scale scale, double right)
    {
        var bottom = Height - Bottom;
        yield return Shapes.Line("axis", Left, bottom, right, bottom);
        var free = double.NegativeInfinity;
        foreach (var tick in scale.Ticks)
        {
            var (at, text) = (scale.At(tick), X.Format(tick));
            yield return Shapes.Line("axis", at, bottom, at, bottom + 4);
            var half = text.Length * TickRoom / 2;
            if (at - half >= free)
            {
                yield return Shapes.Text("tick", at, bottom + 18, "middle", text);
                free = at + half + 6;
            }
        }

        yield return Shapes.Text("name", (Left + right) / 2, Height - 8, "middle", X.Title);
    }

    private static IEnumerable<XElement> Bands(Series series, Func<double, double> x, Scale y)
    {
        if (series.Band is [var only])
        {
            yield return Shapes.Line($"{series.Style} whisker", x(only.X), y.At(only.Low), x(only.X), y.At(only.High));
        }
        else if (series.Band.Count > 1)
        {
            yield return Shapes.Path($"{series.Style} band", closed: true, points:
                series.Band.Select(at => (x(at.X), y.At(at.High))).Concat(series.Band.Reverse().Select(at => (x(at.X), y.At(at.Low)))));
        }
    }

    private IEnumerable<XElement> Lines(Series series, Func<double, double> x, Scale y)
    {
        foreach (var at in series.Points)
            yield return Shapes.Mark(series.Marker ?? Marker.Circle, $"{series.Style} draw", x(at.X), y.At(at.Y), 3);

        var line = series.Line.Where(at => double.IsFinite(at.Y)).ToArray();
        if (line.Length > 0)
            yield return Shapes.Path($"{series.Style} line", line.Select(at => (x(at.X), y.At(at.Y))));

        foreach (var at in line)
        {
            if (series.Marker is not null || line.Length == 1)
            {
                var mark = Shapes.Mark(series.Marker ?? Marker.Circle, $"{series.Style} mark", x(at.X), y.At(at.Y), 4.5);
                mark.Add(Tag("title", $"{series.Name}, {X.Format(at.X)} {X.Title}: {Y.Format(at.Y)}"));
                yield return mark;
            }
        }
    }

    /// <summary>Each name beside the end of its line, moved up or down where two would overlap.</summary>
    private IEnumerable<XElement> Labels(Scale y, double right)
    {
        var ends = Series.Where(series => series.Line.Count > 0).Select(series => (Series: series, Y: y.At(series.Line[^1].Y)))
            .OrderBy(end => end.Y).ToArray();
        for (var i = 1; i < ends.Length; i++)
            ends[i].Y = Math.Max(ends[i].Y, ends[i - 1].Y + LabelHeight);

        var floor = Height - Bottom;
        for (var i = ends.Length - 1; i >= 0; i--)
        {
            ends[i].Y = Math.Min(ends[i].Y, floor);
            floor = ends[i].Y - LabelHeight;
        }

        foreach (var (series, at) in ends)
        {
            yield return Shapes.Line($"{series.Style} line", right + 8, at, right + 26, at);
            if (series.Marker is { } marker)
                yield return Shapes.Mark(marker, $"{series.Style} mark", right + 17, at, 4);

            yield return Shapes.Text("label", right + 32, at + 4, "start", series.Name);
        }
    }
}

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

/// <summary>One line of a chart, with what belongs to it.</summary>
/// <param name="Style">A class of the style sheet, which gives colour and dashes.</param>
/// <param name="Marker">Its own shape, so that lines can be told apart without colour; null draws none.</param>
internal sealed record Series(string Name, string Style, IReadOnlyList<(double X, double Y)> Line, Marker? Marker = null)
{
    /// <summary>What the line is the mean of; drawn faint.</summary>
    public IReadOnlyList<(double X, double Y)> Points { get; init; } = [];

    /// <summary>Interval around the line.</summary>
    public IReadOnlyList<(double X, double Low, double High)> Band { get; init; } = [];

    public IEnumerable<double> Xs => Line.Select(at => at.X).Concat(Points.Select(at => at.X)).Concat(Band.Select(at => at.X));

    public IEnumerable<double> Ys =>
        Line.Select(at => at.Y).Concat(Points.Select(at => at.Y)).Concat(Band.SelectMany(at => new[] { at.Low, at.High }));
}

internal enum Marker { Circle, Square, Triangle, Diamond, Cross, Pentagon, Star }

/// <summary>What charts are drawn with.</summary>
internal static class Shapes
{
    public static XElement Line(string style, double x1, double y1, double x2, double y2) =>
        Tag("line", Class(style), Set("x1", Coordinate(x1)), Set("y1", Coordinate(y1)), Set("x2", Coordinate(x2)),
            Set("y2", Coordinate(y2)));

    public static XElement Text(string style, double x, double y, string anchor, string text) =>
        Tag("text", Class(style), Set("x", Coordinate(x)), Set("y", Coordinate(y)), Set("text-anchor", anchor), text);

    public static XElement Path(string style, IEnumerable<(double X, double Y)> points, bool closed = false) =>
        Tag("path", Class(style),
            Set("d", "M" + string.Join("L", points.Select(at => $"{Coordinate(at.X)} {Coordinate(at.Y)}")) + (closed ? "Z" : "")));

    /// <param name="radius">Half its height.</param>
    public static XElement Mark(Marker marker, string style, double x, double y, double radius) => marker switch
    {
        Marker.Circle => Tag("circle", Class(style), Set("cx", Coordinate(x)), Set("cy", Coordinate(y)), Set("r", Coordinate(radius))),
        Marker.Square => Polygon(style, x, y, radius * 0.9, (-1, -1), (1, -1), (1, 1), (-1, 1)),
        Marker.Triangle => Polygon(style, x, y, radius * 1.15, (0, -1), (0.95, 0.75), (-0.95, 0.75)),
        Marker.Diamond => Polygon(style, x, y, radius * 1.25, (0, -1), (1, 0), (0, 1), (-1, 0)),
        Marker.Cross => Polygon(style, x, y, radius * 1.1, (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35),
            (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)),
        Marker.Pentagon => Polygon(style, x, y, radius * 1.1, (0, -1), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31)),
        _ => Polygon(style, x, y, radius * 1.3, (0, -1), (0.3, -0.3), (1, 0), (0.3, 0.3), (0, 1), (-0.3, 0.3), (-1, 0), (-0.3, -0.3)),
    };

    private static XElement Polygon(string style, double x, double y, double radius, params (double X, double Y)[] corners) =>
        Path(style, corners.Select(corner => (x + (corner.X * radius), y + (corner.Y * radius))), closed: true);
}
