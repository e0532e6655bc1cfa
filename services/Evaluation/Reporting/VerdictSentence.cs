using Pipeline.Contracts;
using Pipeline.Learning.Statistics;
using static Pipeline.Evaluation.Reporting.Figures;

namespace Pipeline.Evaluation.Reporting;

/// <summary>The verdict with its figures in one sentence, the same on the page and on the console.</summary>
public static class VerdictSentence
{
    public static string Of(Report report) => $"{Claim(report.ByLabelCount[0])} {Evidence(report)}";

    internal static string Claim(LabelCountResult result)
    {
        var labels = result.Labels == 1 ? "1 label" : $"{Count(result.Labels)} labels";
        return result.Verdict switch
        {
            Verdict.Helps => $"Pretraining helps at {labels}:",
            Verdict.Hurts => $"Pretraining hurts at {labels}:",
            _ => $"No evidence that pretraining helps at {labels}:",
        };
    }

    internal static string Evidence(Report report)
    {
        var (result, saved) = (report.ByLabelCount[0], report.LabelsSaved[0]);
        var saving = (result.Verdict, saved) switch
        {
            (Verdict.Helps, { Ratio: { } ratio }) => $"; it saves {Times(ratio)} the labels",
            (Verdict.Helps, _) => $"; from scratch, not even {Count(report.ByLabelCount[^1].Labels)} labels reach that",
            _ => "",
        };
        var metric = report.Metric == Metrics.Accuracy ? "" : $" {MetricWords.Of(report.Metric)}";
        return $"{Percent(result.Pretrained)}{metric} against {Percent(result.Scratch)} from scratch, {Points(result.Difference)} points, "
            + $"95{'\u202F'}% interval {Points(result.Low)} to {Points(result.High)}{saving}.";
    }
}
