using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>Every metric, whichever decides.</summary>
internal static class MetricsSection
{
    public static XElement Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        string[] metrics = [.. report.Metrics[0].Values.Keys];
        return Section("metrics", "Every metric",
            Table(
                $"Means over the draws on the test split; {MetricWords.Of(report.Metric)} chose the learning rates and decides the verdict",
                ["Arm", "Labels", .. metrics.Select(MetricWords.Of)],
                report.Metrics.Select(arm => new object?[] { Name(arm.Arm), Count(arm.Labels) }.Concat(metrics.Select(metric =>
                    metric == report.Metric ? (object)Tag("strong", Percent(arm.Values[metric])) : Percent(arm.Values[metric]))))),
            Tag("dl", Class("terms"), metrics.SelectMany(metric => new[] { Tag("dt", MetricWords.Of(metric)), Tag("dd", MetricWords.Meaning(metric)) })));
    }
}
