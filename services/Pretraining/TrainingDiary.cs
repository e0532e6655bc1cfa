namespace Pipeline.Pretraining;

/// <summary>What a checkpoint tells beside the weights.</summary>
/// <param name="LossSum">Over the steps since the last point.</param>
public sealed record TrainingDiary(IReadOnlyList<PretrainingPoint> History, double LossSum, int LossCount, PretrainingTime Time)
{
    public static TrainingDiary Empty { get; } = new([], 0, 0, new PretrainingTime(0, 0, 0, 0, 0));

    public TrainingDiary WithLoss(double loss) => this with { LossSum = LossSum + loss, LossCount = LossCount + 1 };

    /// <summary>A point with the mean loss since the one before it.</summary>
    public TrainingDiary WithPoint(long step, double learningRate, HeldOutMeasure? measure) => this with
    {
        History = [.. History, new PretrainingPoint(step, LossSum / LossCount, learningRate, measure)],
        LossSum = 0,
        LossCount = 0,
    };

    public TrainingDiary WithTime(
        TimeSpan training = default,
        TimeSpan waiting = default,
        TimeSpan measuring = default,
        TimeSpan checkpointing = default,
        long views = 0) =>
        this with
        {
            Time = new PretrainingTime(
                Time.Training + training.TotalSeconds,
                Time.Waiting + waiting.TotalSeconds,
                Time.Measuring + measuring.TotalSeconds,
                Time.Checkpointing + checkpointing.TotalSeconds,
                Time.Views + views),
        };

    /// <exception cref="PipelineException">The last two measures both lie below a limit of the options.</exception>
    public void ThrowIfCollapsed(PretrainingOptions options)
    {
        if (History.Select(point => point.HeldOut).OfType<HeldOutMeasure>().TakeLast(2).ToArray() is not [var before, var last])
            return;

        var sign = before.FeatureDeviation < options.CollapseDeviation && last.FeatureDeviation < options.CollapseDeviation
            ? $"the features of held-out samples hardly differ (deviation {last.FeatureDeviation:g2}, below {options.CollapseDeviation:g2})"
            : before.EffectiveRank < options.CollapseRank && last.EffectiveRank < options.CollapseRank
                ? $"the features lie in one direction (effective rank {last.EffectiveRank:g3}, below {options.CollapseRank:g3})"
                : null;
        if (sign is not null)
        {
            throw new PipelineException(
                $"Pretraining collapsed at step {History[^1].Step}: {sign}. A lower pretraining.learningRate may help.");
        }
    }
}
