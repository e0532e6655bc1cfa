namespace Pipeline.Evaluation.Reporting.Charts;

/// <param name="Format">A value as it stands beside the axis.</param>
internal sealed record Axis(string Title, Func<double, string> Format)
{
    /// <summary>Equal distances are equal ratios; only values above 0 have a place.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Where to put marks; round values if null.</summary>
    public IReadOnlyList<double>? Ticks { get; init; }

    /// <summary>The axis holds at least these values.</summary>
    public IReadOnlyList<double> Include { get; init; } = [];

    /// <summary>Share of the range that is left free at either end, so that marks do not touch the frame.</summary>
    public double Margin { get; init; }
}

/// <summary>Places values of an axis between two coordinates.</summary>
internal sealed class Scale
{
    private readonly bool _logarithmic;
    private readonly double _low;
    private readonly double _high;
    private readonly double _start;
    private readonly double _end;

    /// <param name="start">Coordinate of the lowest value.</param>
    /// <param name="end">Coordinate of the highest.</param>
    public Scale(Axis axis, IEnumerable<double> values, double start, double end, int marks)
    {
        (this._start, this._end) = (start, end);
        _logarithmic = axis.Logarithmic;
        double[] all = [.. values.Concat(axis.Include).Concat(axis.Ticks ?? []).Where(double.IsFinite).Select(Position).DefaultIfEmpty(0)];
        (_low, _high) = (all.Min(), all.Max());
        if (_high - _low <= Math.Abs(_high) * 1e-9)
        {
            var room = _logarithmic || _high == 0 ? 1 : Math.Abs(_high) / 10;
            (_low, _high) = (_low - room, _high + room);
        }

        var margin = axis.Margin * (_high - _low);
        (_low, _high) = (_low - margin, _high + margin);
        Ticks = axis.Ticks ?? Round(_low, _high, marks);
    }

    public IReadOnlyList<double> Ticks { get; }

    public double At(double value) => _start + ((Position(value) - _low) / (_high - _low) * (_end - _start));

    private double Position(double value) => _logarithmic ? Math.Log(value) : value;

    /// <summary>About as many values as asked for, a power of ten times 1, 2 or 5 apart.</summary>
    internal static double[] Round(double low, double high, int marks)
    {
        var rough = (high - low) / marks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
        var first = (long)Math.Ceiling((low / step) - 1e-9);
        var last = (long)Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => Math.Round((first + i) * step, 12))];
    }
}
