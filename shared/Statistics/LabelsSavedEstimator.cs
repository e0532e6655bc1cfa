namespace Pipeline.Statistics;

/// <summary>How many labels <c>scratch</c> needs to equal <c>pretrained</c> at n labels. Scratch's curve of mean accuracy by label count is
/// made non-decreasing (<see cref="IsotonicRegression"/>) and interpolated linearly in the logarithm of the label count; read backwards it
/// gives, for an accuracy, the least number of labels that reaches it.</summary>
/// <remarks>The curve says nothing outside the counts that were tried. An accuracy above it is never reached: there is no number. An
/// accuracy below scratch's at the smallest count gives the smallest count, so that the number, and the ratio, is then an upper bound of
/// the true one.</remarks>
public static class LabelsSavedEstimator
{
    /// <param name="labels">Label counts, ascending, [counts].</param>
    /// <param name="pretrained">Mean accuracies, [counts].</param>
    /// <param name="pretrainedResamples">The same in bootstrap resamples, [counts][resamples].</param>
    /// <param name="scratchResamples">In the same resamples; the whole curve is fitted anew in each.</param>
    /// <returns>One for each count. The interval is the percentile interval of the ratio, resamples in which the accuracy is never reached
    /// ranking as infinite; an end that falls among them is null.</returns>
    public static IReadOnlyList<LabelsSaved> Estimate(
        IReadOnlyList<int> labels, IReadOnlyList<double> pretrained, IReadOnlyList<double> scratch,
        IReadOnlyList<double[]> pretrainedResamples, IReadOnlyList<double[]> scratchResamples)
    {
        var fits = Enumerable.Range(0, scratchResamples[0].Length)
            .Select(resample => IsotonicRegression.Fit([.. scratchResamples.Select(count => count[resample])]))
            .ToArray();
        return [.. labels.Select((count, i) =>
        {
            var equivalent = ScratchEquivalent(labels, scratch, pretrained[i]);
            var interval = Interval.Percentile(
                [.. fits.Select((fit, resample) => (Read(labels, fit, pretrainedResamples[i][resample])
                    ?? double.PositiveInfinity) / count)]);
            return new LabelsSaved(count, equivalent, equivalent / count, Finite(interval.Low), Finite(interval.High));
        })];
    }

    /// <param name="labels">Label counts, ascending and above 0, [counts].</param>
    /// <param name="scratch">Mean accuracies, [counts].</param>
    /// <returns>Between the smallest and the largest count; null where the curve never reaches the accuracy.</returns>
    public static double? ScratchEquivalent(IReadOnlyList<int> labels, IReadOnlyList<double> scratch, double accuracy) =>
        Read(labels, IsotonicRegression.Fit(scratch), accuracy);

    private static double? Read(IReadOnlyList<int> labels, double[] fit, double accuracy)
    {
        var reached = Array.FindIndex(fit, value => value >= accuracy);
        if (reached <= 0)
            return reached < 0 ? null : labels[0];

        // The value before lies strictly below the accuracy, so the step is not flat.
        var share = (accuracy - fit[reached - 1]) / (fit[reached] - fit[reached - 1]);
        return labels[reached - 1] * Math.Pow((double)labels[reached] / labels[reached - 1], share);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>The non-decreasing sequence nearest to the values in squared distance, all values weighing the same, by pooling adjacent
/// violators (Robertson, Wright and Dykstra 1988, "Order restricted statistical inference", §1.2).</summary>
public static class IsotonicRegression
{
    /// <returns>As many values as given, none below the one before it.</returns>
    public static double[] Fit(IReadOnlyList<double> values)
    {
        var blocks = new Stack<(double Sum, int Count)>();
        foreach (var value in values)
        {
            var block = (Sum: value, Count: 1);
            while (blocks.TryPeek(out var before) && before.Sum / before.Count >= block.Sum / block.Count)
            {
                blocks.Pop();
                block = (before.Sum + block.Sum, before.Count + block.Count);
            }

            blocks.Push(block);
        }

        return [.. blocks.Reverse().SelectMany(block => Enumerable.Repeat(block.Sum / block.Count, block.Count))];
    }
}
