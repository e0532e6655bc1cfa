using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Charts;

/// <summary>What charts are drawn with.</summary>
internal static class Shapes
{
    public static XElement Line(string style, double x1, double y1, double x2, double y2) =>
        Tag("line", Class(style), Set("x1", Coordinate(x1)), Set("y1", Coordinate(y1)), Set("x2", Coordinate(x2)), Set("y2", Coordinate(y2)));

    public static XElement Text(string style, double x, double y, string anchor, string text) =>
        Tag("text", Class(style), Set("x", Coordinate(x)), Set("y", Coordinate(y)), Set("text-anchor", anchor), text);

    public static XElement Path(string style, IEnumerable<(double X, double Y)> points, bool closed = false) =>
        Tag("path", Class(style), Set("d", "M" + string.Join("L", points.Select(at => $"{Coordinate(at.X)} {Coordinate(at.Y)}")) + (closed ? "Z" : "")));

    /// <param name="radius">Half its height.</param>
    public static XElement Mark(Marker marker, string style, double x, double y, double radius) => marker switch
    {
        Marker.Circle => Tag("circle", Class(style), Set("cx", Coordinate(x)), Set("cy", Coordinate(y)), Set("r", Coordinate(radius))),
        Marker.Square => Polygon(style, x, y, radius * 0.9, (-1, -1), (1, -1), (1, 1), (-1, 1)),
        Marker.Triangle => Polygon(style, x, y, radius * 1.15, (0, -1), (0.95, 0.75), (-0.95, 0.75)),
        Marker.Diamond => Polygon(style, x, y, radius * 1.25, (0, -1), (1, 0), (0, 1), (-1, 0)),
        Marker.Cross => Polygon(style, x, y, radius * 1.1, (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)),
        Marker.Pentagon => Polygon(style, x, y, radius * 1.1, (0, -1), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31)),
        _ => Polygon(style, x, y, radius * 1.3, (0, -1), (0.3, -0.3), (1, 0), (0.3, 0.3), (0, 1), (-0.3, 0.3), (-1, 0), (-0.3, -0.3)),
    };

    private static XElement Polygon(string style, double x, double y, double radius, params (double X, double Y)[] corners) =>
        Path(style, corners.Select(corner => (x + (corner.X * radius), y + (corner.Y * radius))), closed: true);
}
