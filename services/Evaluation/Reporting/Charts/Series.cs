namespace Pipeline.Evaluation.Reporting.Charts;

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

    public IEnumerable<double> Ys => Line.Select(at => at.Y).Concat(Points.Select(at => at.Y)).Concat(Band.SelectMany(at => new[] { at.Low, at.High }));
}

internal enum Marker { Circle, Square, Triangle, Diamond, Cross, Pentagon, Star }
