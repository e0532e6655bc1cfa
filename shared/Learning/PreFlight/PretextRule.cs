using System.Globalization;

namespace Pipeline.Learning.PreFlight;

/// <summary>What <c>pretext: auto</c> takes: of the tasks that the border does not give away and whose ceiling is not low, the one whose
/// linear accuracy is farthest below its ceiling; within <see cref="Tie"/> of that, the one with the most views.</summary>
public static class PretextRule
{
    /// <summary>Differences that a sample of this size cannot tell from none.</summary>
    private const double Tie = 0.03;

    public static PretextChoice Choose(IReadOnlyList<PretextOutlook> tasks)
    {
        var fit = tasks.Where(task => !task.BorderCue && task.Ceiling >= PretextAdvice.LowCeiling).ToList();
        var open = fit.Count > 0 ? fit : tasks;
        var farthest = open.Max(Gap);
        var chosen = open.Where(task => Gap(task) >= farthest - Tie).OrderByDescending(task => task.Views).First();
        var compared = open.Count == 1 ? "and no other task is left"
            : farthest - Gap(chosen) > 0 ? "as far as any, with more views"
            : "farther than in any other task";
        var why = chosen.Linear is null
            ? "too few samples to measure, so the one with the most views"
            : $"a linear model on raw pixels stays {Points(Gap(chosen))} points below its ceiling, {compared}";
        var though = fit.Count > 0 ? "" : ", though every task has a border cue or a low ceiling";
        return new PretextChoice([chosen.Task], $"{chosen.Task}{though}: {why}");
    }

    // Nothing measured, nothing to tell the tasks apart by.
    private static double Gap(PretextOutlook task) => task.Linear is { } linear ? task.Ceiling - linear.Accuracy : 0;

    private static string Points(double gap) => string.Create(CultureInfo.InvariantCulture, $"{gap * 100:0}");
}

/// <summary>What the figures of one task mean, in a line; and the thresholds that <see cref="PretextRule"/> goes by.</summary>
internal static class PretextAdvice
{
    /// <summary>The border gives the answer away when it alone goes this much of the way from chance to the ceiling.</summary>
    public const double GivenAway = 0.75;

    /// <summary>A task whose ceiling is below this leaves too much of the data out.</summary>
    public const double LowCeiling = 0.7;

    private const double TooEasy = 0.85;

    /// <summary>How far an accuracy goes from chance, 0, to the ceiling, 1.</summary>
    public static double Solved(double accuracy, double chance, double ceiling) =>
        ceiling - chance > 1e-9 ? (accuracy - chance) / (ceiling - chance) : 0;

    public static string Of(PretextOutlook task)
    {
        if (task.Ceiling < LowCeiling)
        {
            return $"hardly answerable: {Percent(task.Symmetric)} of the samples have views that look the same, "
                + $"so even a perfect model gets {Percent(task.Ceiling)} right";
        }

        if (task is not { Border: { } border, Linear: { } linear })
            return "too few samples to measure more than symmetry";

        if (task.BorderCue)
            return $"border pixels alone give the answer away: {Percent(border.Accuracy)} right without any content";

        var ofCeiling = linear.Accuracy / task.Ceiling;
        return ofCeiling >= TooEasy
            ? $"too easy: a linear model on raw pixels reaches {Percent(ofCeiling)} of the ceiling"
            : linear.High < task.Chance * 1.05 || linear.Low <= task.Chance
                ? "a linear model does no better than guessing: worth a try, unless the data is noise"
                : $"worth learning: a linear model on raw pixels stays at {Percent(ofCeiling)} of the ceiling";
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}

/// <summary>What the pre-flight looks at. Part of its content key: other settings measure anew.</summary>
/// <param name="MostSamples">Training samples to look at.</param>
/// <param name="FewestSamples">Below that, linear models are not measured: their intervals would say nothing.</param>
/// <param name="MostBytes">Pixels to look at: larger images are fewer, but never below <paramref name="LargeSamples"/>.</param>
/// <param name="LargeSamples">What is looked at of the largest images.</param>
/// <param name="LeastShards">Sample shards to draw from, themselves drawn; more where these hold fewer samples than are to be looked
/// at.</param>
/// <param name="Ridge">Ridge penalty over the number of rows, features having deviation 1.</param>
/// <param name="Seed">Draws shards and samples.</param>
public sealed record PreFlightSettings(
    int MostSamples = 2000,
    int FewestSamples = 40,
    long MostBytes = 128L << 20,
    int LargeSamples = 200,
    int LeastShards = 16,
    double Ridge = 0.01,
    ulong Seed = 1);
