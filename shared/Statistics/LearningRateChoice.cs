namespace Pipeline.Statistics;

/// <summary>The learning rate of each arm at each label count: the one whose mean on validation over the draws is highest, by the
/// experiment's metric; of equals, the smallest. The test split has no say.</summary>
public static class LearningRateChoice
{
    /// <exception cref="ArgumentException">Learning rates of an arm at a count were not tried on the same draws,
    /// so their means do not compare.</exception>
    public static IReadOnlyDictionary<(Arm Arm, int Labels), double> Of(IEnumerable<TrialResult> results,
        string metric = Metrics.Accuracy) =>
        results
            .GroupBy(result => (result.Trial.Arm, result.Trial.Labels))
            .ToDictionary(cell => cell.Key,
                cell => Best(cell.Key.Arm, cell.Key.Labels, metric, [.. cell.GroupBy(result => result.Trial.LearningRate)]));

    /// <summary>The trials at the chosen learning rates, by arm, label count and draw.</summary>
    public static IReadOnlyList<TrialResult> Chosen(IReadOnlyCollection<TrialResult> results, string metric = Metrics.Accuracy)
    {
        var choice = Of(results, metric);
        return [.. results
            .Where(result => result.Trial.LearningRate == choice[(result.Trial.Arm, result.Trial.Labels)])
            .OrderBy(result => (result.Trial.Arm, result.Trial.Labels, result.Trial.Draw))];
    }

    /// <summary>What a trial reached on validation.</summary>
    /// <exception cref="PipelineException">The trial was not measured by the metric.</exception>
    public static double Validation(TrialResult result, string metric) =>
        metric == Metrics.Accuracy ? result.ValidationAccuracy
        : result.Validation?.TryGetValue(metric, out var score) is true ? score
        : throw new PipelineException($"{result.Trial} was not measured by '{metric}' on validation.");

    private static double Best(Arm arm, int labels, string metric, IReadOnlyList<IGrouping<double, TrialResult>> rates)
    {
        var draws = rates.Select(rate => string.Join(", ", rate.Select(result => result.Trial.Draw).Order())).Distinct().ToArray();
        return draws.Length == 1
            ? rates.OrderByDescending(rate => rate.OrderBy(result => result.Trial.Draw).Average(result => Validation(result, metric)))
            .ThenBy(rate => rate.Key).First().Key
            : throw new ArgumentException(
                $"Learning rates of {arm} at {labels} labels were tried on different draws: {string.Join(" and ", draws)}.");
    }
}
