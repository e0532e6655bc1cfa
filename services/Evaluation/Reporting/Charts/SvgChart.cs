using System.Xml.Linq;
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
        {
            yield return Shapes.Mark(series.Marker ?? Marker.Circle, $"{series.Style} draw", x(at.X), y.At(at.Y), 3);
        }

        var line = series.Line.Where(at => double.IsFinite(at.Y)).ToArray();
        if (line.Length > 0)
        {
            yield return Shapes.Path($"{series.Style} line", line.Select(at => (x(at.X), y.At(at.Y))));
        }

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
        var ends = Series.Where(series => series.Line.Count > 0).Select(series => (Series: series, Y: y.At(series.Line[^1].Y))).OrderBy(end => end.Y).ToArray();
        for (var i = 1; i < ends.Length; i++)
        {
            ends[i].Y = Math.Max(ends[i].Y, ends[i - 1].Y + LabelHeight);
        }

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
            {
                yield return Shapes.Mark(marker, $"{series.Style} mark", right + 17, at, 4);
            }

            yield return Shapes.Text("label", right + 32, at + 4, "start", series.Name);
        }
    }
}
