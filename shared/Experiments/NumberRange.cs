using System.Globalization;

namespace Pipeline.Experiments;

/// <summary>Numbers that a key takes: between two ends, with or without them.</summary>
internal sealed record NumberRange(double Low, double High, bool WithLow = true, bool WithHigh = true)
{
    public double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && (WithLow ? number >= Low : number > Low)
        && (WithHigh ? number <= High : number < High)
            ? number
            : null;

    public override string ToString() =>
        FormattableString.Invariant($"a number {(WithLow ? "from" : "above")} {Low}{(WithHigh ? WithLow ? " to" : ", at most" : " and below")} {High}");
}
