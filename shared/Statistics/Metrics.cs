namespace Pipeline.Statistics;

/// <summary>What answers can be judged by, as experiments spell it. Every metric is a fraction between 0 and 1,
/// higher being better.</summary>
public static class Metrics
{
    /// <summary>Share of right answers.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Mean over the classes of F1 = 2 · right / (answered + true); a class counts when it occurs in truth or answers.</summary>
    public const string MacroF1 = "macro-f1";

    /// <summary>Mean of the classes' recall (Brodersen and others 2010); a class counts when it occurs in the truth.</summary>
    public const string BalancedAccuracy = "balanced-accuracy";

    /// <summary>F1 over entities, exact in span and type, as CoNLL-2003 counts (Tjong Kim Sang and De Meulder 2003, arXiv:cs/0306050).
    /// Of tags alone.</summary>
    public const string EntityF1 = "entity-f1";

    /// <summary>Those that the truth can be judged by.</summary>
    public static IReadOnlyList<string> For(Truth truth) =>
        truth.Tagged ? [Accuracy, MacroF1, BalancedAccuracy, EntityF1] : [Accuracy, MacroF1, BalancedAccuracy];

    /// <summary>One arm's answers at one label count, ready to be judged by the metric.</summary>
    /// <param name="predictions">For each draw, an answer for each of the truth's labels.</param>
    /// <exception cref="PipelineException">There is no such metric, or not for this truth.</exception>
    public static Answers Judge(string metric, Truth truth, IReadOnlyList<int[]> predictions) => metric switch
    {
        Accuracy when !truth.Tagged => Hits.Of(truth.Labels, predictions),
        Accuracy or MacroF1 or BalancedAccuracy => new ConfusionAnswers(metric, truth, predictions),
        EntityF1 when truth.Tagged => new EntityAnswers(truth, predictions),
        _ => throw new PipelineException($"evaluation.metric is '{metric}'; valid here are {string.Join(", ", For(truth))}."),
    };

    /// <summary>Every metric of one set of answers.</summary>
    public static IReadOnlyDictionary<string, double> All(Truth truth, int[] predictions) =>
        For(truth).ToDictionary(metric => metric, metric => Judge(metric, truth, [predictions]).Mean);
}
