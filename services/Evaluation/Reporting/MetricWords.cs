using Pipeline.Learning.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Metrics as people write them.</summary>
public static class MetricWords
{
    public static string Of(string metric) => metric switch
    {
        Metrics.MacroF1 => "macro-F1",
        Metrics.BalancedAccuracy => "balanced accuracy",
        Metrics.EntityF1 => "entity F1",
        _ => metric,
    };

    /// <summary>What it counts, in half a sentence.</summary>
    public static string Meaning(string metric) => metric switch
    {
        Metrics.Accuracy => "share of right answers.",
        Metrics.MacroF1 => "mean over the classes of the F1 of each, rare classes weighing as much as frequent ones.",
        Metrics.BalancedAccuracy => "mean over the classes of the share of each that was recognised.",
        _ => "F1 over named entities, right when span and type are both exact.",
    };
}
