namespace Pipeline.Statistics;

/// <summary>The setting of each arm at each label count, learning rate and readout: those whose mean on validation over the draws, and over
/// the encoders where there are several, is highest, by the experiment's metric; of equals, the smallest rate. All networks at a label
/// count share one readout, so that pretrained and random encoders are read alike: that with the highest mean over the arms, each at its
/// best rate. The test split has no say.</summary>
public static class LearningRateChoice
{
    /// <summary>What was chosen.</summary>
    /// <param name="Readout">Null where there is no network.</param>
    public readonly record struct Setting(double LearningRate, string? Readout);

    /// <exception cref="ArgumentException">Learning rates of an arm at a count were not tried on the same draws,
    /// so their means do not compare.</exception>
    public static IReadOnlyDictionary<(Arm Arm, int Labels), Setting> Of(
        IEnumerable<TrialResult> results, string metric = Metrics.Accuracy)
    {
        var choice = new Dictionary<(Arm, int), Setting>();
        foreach (var count in results.GroupBy(result => result.Trial.Labels))
        {
            var arms = count.GroupBy(result => result.Trial.Arm)
                .ToDictionary(arm => arm.Key, arm => BestByReadout(arm.Key, count.Key, metric, arm));
            var networks = arms.Where(arm => arm.Key is not (Arm.Baseline or Arm.BaselinePropagation)).Select(arm => arm.Value).ToList();
            var shared = networks.SelectMany(arm => arm.Keys).Distinct().Order(StringComparer.Ordinal)
                .MaxBy(readout => networks.Where(arm => arm.ContainsKey(readout)).Average(arm => arm[readout].Score));
            foreach (var (arm, best) in arms)
            {
                var readout = arm is Arm.Baseline or Arm.BaselinePropagation ? best.MaxBy(entry => entry.Value.Score).Key : shared!;
                choice[(arm, count.Key)] = new Setting(best[readout].Rate, readout.Length == 0 ? null : readout);
            }
        }

        return choice;
    }

    /// <summary>The trials at the chosen settings, by arm, label count, encoder and draw.</summary>
    public static IReadOnlyList<TrialResult> Chosen(IReadOnlyCollection<TrialResult> results, string metric = Metrics.Accuracy)
    {
        var choice = Of(results, metric);
        return [.. results
            .Where(result => new Setting(result.Trial.LearningRate,
                result.Trial.Readout) == choice[(result.Trial.Arm, result.Trial.Labels)])
            .OrderBy(result => (result.Trial.Arm, result.Trial.Labels, result.Trial.PretrainingSeed, result.Trial.Draw))];
    }

    /// <summary>What a trial reached on validation.</summary>
    /// <exception cref="PipelineException">The trial was not measured by the metric.</exception>
    public static double Validation(TrialResult result, string metric) =>
        metric == Metrics.Accuracy ? result.ValidationAccuracy
        : result.Validation?.TryGetValue(metric, out var score) is true ? score
        : throw new PipelineException($"{result.Trial} was not measured by '{metric}' on validation.");

    private static string Told(Trial trial) => trial.PretrainingSeed is { } seed ? $"{trial.Draw} of seed {seed}" : $"{trial.Draw}";

    // By readout, the empty one where there is none.
    private static Dictionary<string, (double Rate, double Score)> BestByReadout(
        Arm arm, int labels, string metric, IEnumerable<TrialResult> results)
    {
        var settings = results.GroupBy(result => (Readout: result.Trial.Readout ?? "", result.Trial.LearningRate)).ToList();
        var draws = settings.Select(setting => string.Join(
            ", ", setting.Select(result => result.Trial).OrderBy(trial => (trial.PretrainingSeed, trial.Draw)).Select(Told)))
            .Distinct().ToArray();
        if (draws.Length != 1)
        {
            throw new ArgumentException(
                $"Learning rates of {arm} at {labels} labels were tried on different draws: {string.Join(" and ", draws)}.");
        }

        double Mean(IEnumerable<TrialResult> trials) =>
            trials.OrderBy(result => (result.Trial.PretrainingSeed, result.Trial.Draw)).Average(result => Validation(result, metric));
        return settings.GroupBy(setting => setting.Key.Readout).ToDictionary(
            readout => readout.Key,
            readout => readout.Select(setting => (Rate: setting.Key.LearningRate, Score: Mean(setting)))
                .OrderByDescending(setting => setting.Score).ThenBy(setting => setting.Rate).First());
    }
}
