using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>What a reader should know of the comparison before trusting the verdict.</summary>
internal static class ReportWarnings
{
    private const int EnoughDraws = 5;
    private const double EasyPretextAccuracy = 0.95;
    private const double NearChance = 1.1;
    private const double ManyAmbiguous = 0.2;
    private const double ManyTruncated = 0.05;
    private const double CollapsedDeviation = 0.1;
    private const double CollapsedRank = 2;
    private const double ManyUnreached = 0.01;
    private const double UnbalancedRatio = 10;
    private const int FewOfClass = 5;

    public static IEnumerable<Warning> For(EvaluatedRun run, Report report, IReadOnlyList<ArmResult> arms) =>
    [
        .. Leaks(report.Data, SampleWords.Of(run.Dataset.Modality)),
        .. FewDraws(report),
        .. Pretext(run, report),
        .. Ambiguous(run),
        .. Truncated(run),
        .. BorderCues(run),
        .. Collapse(run),
        .. Baseline(report),
        .. Grid(run.Experiment.FineTuning, arms),
        .. Unreached(run),
        .. Unbalanced(run),
    ];

    private static IEnumerable<Warning> Leaks(DataSummary data, SampleWords words)
    {
        if (data.Leaks > 0)
        {
            yield return new(WarningCode.LeaksAllowed, data.Leaks,
                $"The data's own splits put {Figures.Count(data.Leaks)} {(data.Leaks == 1 ? "pair" : "pairs")} of nearly the same "
                + $"{words.Alike} into training and into validation or test, "
                + "and the experiment allows it (allowLeaks). Accuracies may be too high by what was seen before.");
        }
    }

    private static IEnumerable<Warning> FewDraws(Report report)
    {
        if (report.ByLabelCount.Min(result => result.Draws) is var draws and < EnoughDraws)
        {
            yield return new(WarningCode.FewDraws, report.ByLabelCount.Count(result => result.Draws < EnoughDraws),
                $"Only {draws} label {(draws == 1 ? "draw was" : "draws were")} made at each label count. With fewer than {EnoughDraws} "
                + "the intervals are narrower than they should be.");
        }
    }

    private static IEnumerable<Warning> Pretext(EvaluatedRun run, Report report)
    {
        var words = SampleWords.Of(run.Dataset.Modality);
        foreach (var task in run.PseudoLabels)
        {
            var accuracy = run.Encoder.HeldOut?.Accuracy.GetValueOrDefault(task.Task, double.NaN) ?? double.NaN;
            if (accuracy >= EasyPretextAccuracy && report.Verdict != Verdict.Helps)
            {
                yield return new(WarningCode.PretextSolved, 1,
                    $"The pretext task {task.Task} was solved ({Figures.Percent(accuracy)} of held-out {words.Asked} right) and there is "
                    + "no gain: "
                    + "it is probably too easy. A solved task asks the encoder for little; try a harder one, or several together.");
            }
            else if (accuracy < NearChance / task.Classes)
            {
                yield return new(WarningCode.PretextNotLearned, 1,
                    $"The pretext task {task.Task} was not learned: {Figures.Percent(accuracy)} of held-out {words.Asked} right, "
                    + $"where guessing gives {Figures.Percent(1.0 / task.Classes)}. Train longer, or change the learning rate.");
            }
        }
    }

    private static IEnumerable<Warning> Ambiguous(EvaluatedRun run) =>
        from task in run.PseudoLabels
        let share = task.Ambiguous / (double)Math.Max(1, task.Samples + task.Ambiguous)
        where share > ManyAmbiguous
        select new Warning(WarningCode.AmbiguousSamples, task.Ambiguous,
            $"{Figures.Percent(share)} of the samples were left out of {task.Task} because "
            + (task.Tokenizer is null
                ? "two of their views are nearly the same picture. The task may not suit this data."
                : "they have no token that could be masked. A tokenizer that knows more of their letters, or other data, may suit it "
                + "better."));

    private static IEnumerable<Warning> Truncated(EvaluatedRun run) =>
        from task in run.PseudoLabels
        where task.Tokenizer is not null
        let share = task.Truncated / (double)Math.Max(1, task.Samples + task.Ambiguous)
        where share > ManyTruncated
        select new Warning(WarningCode.TruncatedSamples, task.Truncated,
            $"{Figures.Percent(share)} of the samples have more than {Figures.Count(task.Tokenizer!.Spec.Length)} tokens and lost their "
            + "end, which no arm but the baseline saw. "
            + "Raise tokenizer.length, or cut the samples shorter (input.window).");

    private static IEnumerable<Warning> BorderCues(EvaluatedRun run) =>
        from task in run.PreFlight?.Tasks ?? []
        where task is { BorderCue: true, Border: not null } && run.PseudoLabels.Any(trained => trained.Task == task.Task)
        select new Warning(WarningCode.BorderCue, 1,
            $"Border pixels alone tell {Figures.Percent(task.Border!.Accuracy)} of the views of {task.Task}: a frame, padding or a "
            + "resampled edge may give the answer away. "
            + "Look at the samples; the encoder may have learned the border instead of the content.");

    private static IEnumerable<Warning> Collapse(EvaluatedRun run)
    {
        var measured = run.Encoders.Select(encoder => encoder.HeldOut).OfType<HeldOutMeasure>();
        if (measured.FirstOrDefault(last => last.FeatureDeviation < CollapsedDeviation || last.EffectiveRank < CollapsedRank) is { } last)
        {
            yield return new(WarningCode.CollapsedFeatures, 1,
                "The encoder's features have collapsed: at the end of pretraining their deviation is "
                + $"{Figures.Number(last.FeatureDeviation)} "
                + $"(1 is healthy) and their effective rank {Figures.Number(last.EffectiveRank)}. It says nearly the same of every "
                + "sample.");
        }
    }

    private static IEnumerable<Warning> Baseline(Report report)
    {
        var found = report.ByLabelCount.Where(result => result.Baseline >= result.Pretrained).ToList();
        if (found.Count > 0)
        {
            var where = found.Select(result => $"{Figures.Percent(result.Baseline!.Value)} against {Figures.Percent(result.Pretrained)} "
                + $"at {Figures.Count(result.Labels)} labels");
            yield return new(WarningCode.BaselineAsGood, found.Count,
                "Logistic regression without a network does as well as the pretrained network or better: "
                + $"{string.Join(", ", where)}. The simpler model may be enough.");
        }
    }

    /// <summary>An arm whose choice is the same end of the grid at every label count might do better beyond it,
    /// and the comparison with it.</summary>
    private static IEnumerable<Warning> Grid(FineTuningSpec tuning, IReadOnlyList<ArmResult> arms)
    {
        if (tuning.LearningRates.Distinct().Count() == 1)
        {
            yield return new(WarningCode.OneLearningRate, 1,
                $"Only one learning rate ({Figures.Number(tuning.LearningRates[0])}) was tried. It may suit one arm better than the other; "
                + "a grid of two or more is a fairer comparison.");
            yield break;
        }

        foreach (var arm in arms.Where(result => result.Arm is Arm.Pretrained or Arm.Scratch).GroupBy(result => result.Arm))
        {
            var (low, high) = (tuning.LearningRates.Min(), tuning.LearningRates.Max());
            if (arm.Select(result => result.LearningRate).Distinct().ToArray() is [var rate] && (rate == low || rate == high))
            {
                yield return new(WarningCode.EndOfGrid, arm.Count(),
                    $"The best learning rate of {Figures.Name(arm.Key)} is {Figures.Number(rate)} at every label count, the "
                    + $"{(rate == low ? "lowest" : "highest")} that was tried. A {(rate == low ? "lower" : "higher")} one may be better "
                    + "and change the difference.");
            }
        }
    }

    private static IEnumerable<Warning> Unreached(EvaluatedRun run)
    {
        var found = ArmReach.Of(run).Where(reach => 1 - reach.Share > ManyUnreached).ToList();
        if (found.MinBy(reach => reach.Share) is { } worst)
        {
            var where = found.GroupBy(reach => reach.Arm).Select(arm => $"{Figures.Name(arm.Key)} "
                + string.Join(", ", arm.Select(reach => $"{Figures.Percent(1 - reach.Share)} at {Figures.Count(reach.Labels)} labels")));
            yield return new(WarningCode.UnreachedSamples, (long)Math.Round((1 - worst.Share) * worst.Pool),
                $"The graph of neighbours falls apart, and no label reaches a part of the training samples: {string.Join("; ", where)}. "
                + "A test sample whose neighbours have no class is answered with the most frequent class among the labels; on validation, "
                + $"at most {Figures.Number(found.Max(reach => reach.Unanswered))} samples were. "
                + "More labels, or another readout, may help.");
        }
    }

    private static IEnumerable<Warning> Unbalanced(EvaluatedRun run)
    {
        // A class without any has a warning of its own.
        var counts = run.Dataset.ClassCounts.Where(count => count.Train > 0).OrderByDescending(count => count.Train).ToList();
        if (LabelTasks.Named(run.Experiment.FineTuning.Task).Labelled(run.Dataset, Split.Train) is null || counts.Count < 2)
            yield break;

        var (largest, smallest, metric) = (counts[0], counts[^1], run.Experiment.Evaluation.Metric);
        if (largest.Train <= UnbalancedRatio * smallest.Train && smallest.Train >= FewOfClass)
            yield break;

        var few = counts.Count(count => count.Train < FewOfClass || largest.Train > UnbalancedRatio * count.Train);
        yield return new(WarningCode.UnbalancedLabels, few,
            $"Labelled training samples are unbalanced: {Samples(largest)}, {Samples(smallest)}."
            + (metric == Metrics.Accuracy
                ? " The metric is accuracy, which hardly tells of rare classes: evaluation.metric: balanced-accuracy or macro-f1 does."
                : $" The metric is {MetricWords.Of(metric)}, to which every class counts alike.")
            + (ArmReach.Of(run).Count > 0 ? " Propagation gives classes the shares that they have among the labels." : "")
            + (smallest.Train < FewOfClass ? $" Draws share the samples of a class that has fewer than {FewOfClass}." : ""));

        static string Samples(ClassCount count) => $"{Figures.Count(count.Train)} of '{Line(count.Class)}'";
        static string Line(string name) => string.Concat(name.Take(40).Select(letter => char.IsControl(letter) ? ' ' : letter));
    }
}
