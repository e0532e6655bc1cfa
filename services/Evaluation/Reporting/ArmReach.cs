using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>How far the labels of an arm went at one label count. All figures are means over the draws.</summary>
/// <param name="Share">Of the pool, those that a label reaches, 0 to 1.</param>
/// <param name="ByClass">Labels of each class, and the training samples that it was given, in the order of the dataset's classes.</param>
/// <param name="Unanswered">Validation samples whose neighbours have no class.</param>
internal sealed record ArmReach(
    Arm Arm, int Labels, double Pool, double Share, IReadOnlyList<(double Labels, double Given)> ByClass, double Unanswered)
{
    /// <summary>Those of the trials at the chosen settings that tell, by arm, then by label count.</summary>
    public static IReadOnlyList<ArmReach> Of(EvaluatedRun run) =>
    [
        .. from trial in LearningRateChoice.Chosen(run.Trials, run.Experiment.Evaluation.Metric)
           where trial.Reach is not null
           group trial.Reach! by (trial.Trial.Arm, trial.Trial.Labels) into draws
           let classes = Enumerable.Range(0, draws.First().Labels.Count)
           select new ArmReach(
               draws.Key.Arm, draws.Key.Labels, draws.Average(draw => draw.Pool), draws.Average(draw => draw.Share),
               [.. classes.Select(label => (draws.Average(draw => draw.Labels[label]), draws.Average(draw => draw.Given[label])))],
               draws.Average(draw => draw.Unanswered)),
    ];
}
