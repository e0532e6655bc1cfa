using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Learning.PreFlight;

/// <summary>
/// What <c>pretext: auto</c> takes: of the tasks that the border does not give away and whose ceiling is not low, the one whose linear accuracy is farthest below its ceiling;
/// within <see cref="Tie"/> of that, the one with the most views.
/// </summary>
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
        var why = chosen.Linear is null
            ? "too few samples to measure, so the one with the most views"
            : $"a linear model on raw pixels stays {Points(Gap(chosen))} points below its ceiling, {(open.Count == 1 ? "and no other task is left" : farthest - Gap(chosen) > 0 ? "as far as any, with more views" : "farther than in any other task")}";
        return new PretextChoice([chosen.Task], fit.Count > 0 ? $"{chosen.Task}: {why}" : $"{chosen.Task}, though every task has a border cue or a low ceiling: {why}");
    }

    // Nothing measured, nothing to tell the tasks apart by.
    private static double Gap(PretextOutlook task) => task.Linear is { } linear ? task.Ceiling - linear.Accuracy : 0;

    private static string Points(double gap) => string.Create(CultureInfo.InvariantCulture, $"{gap * 100:0}");
}
