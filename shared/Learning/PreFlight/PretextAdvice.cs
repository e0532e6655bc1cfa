using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Learning.PreFlight;

/// <summary>What the figures of one task mean, in a line; and the thresholds that <see cref="PretextRule"/> goes by.</summary>
internal static class PretextAdvice
{
    /// <summary>The border gives the answer away when it alone goes this much of the way from chance to the ceiling.</summary>
    public const double GivenAway = 0.75;

    /// <summary>A task whose ceiling is below this leaves too much of the data out.</summary>
    public const double LowCeiling = 0.7;

    private const double TooEasy = 0.85;

    /// <summary>How far an accuracy goes from chance, 0, to the ceiling, 1.</summary>
    public static double Solved(double accuracy, double chance, double ceiling) => ceiling - chance > 1e-9 ? (accuracy - chance) / (ceiling - chance) : 0;

    public static string Of(PretextOutlook task)
    {
        if (task.Ceiling < LowCeiling)
        {
            return $"hardly answerable: {Percent(task.Symmetric)} of the samples have views that look the same, so even a perfect model gets {Percent(task.Ceiling)} right";
        }

        if (task is not { Border: { } border, Linear: { } linear })
        {
            return "too few samples to measure more than symmetry";
        }

        if (task.BorderCue)
        {
            return $"border pixels alone give the answer away: {Percent(border.Accuracy)} right without any content";
        }

        var ofCeiling = linear.Accuracy / task.Ceiling;
        return ofCeiling >= TooEasy
            ? $"too easy: a linear model on raw pixels reaches {Percent(ofCeiling)} of the ceiling"
            : linear.High < task.Chance * 1.05 || linear.Low <= task.Chance
                ? "a linear model does no better than guessing: worth a try, unless the data is noise"
                : $"worth learning: a linear model on raw pixels stays at {Percent(ofCeiling)} of the ceiling";
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
