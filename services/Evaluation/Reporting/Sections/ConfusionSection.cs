using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using Pipeline.Statistics;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>Which classes are taken for which.</summary>
internal static class ConfusionSection
{
    /// <summary>More classes than this do not fit a page; the worst confusions are listed instead.</summary>
    private const int MostClasses = 20;
    private const int Listed = 20;

    public static XElement Render(ReportPageContent content)
    {
        var (assessment, classes) = (content.Assessment, content.Run.Truth.Names);
        var labels = $"{Count(assessment.Report.ByLabelCount[0].Labels)} labels";
        return Section("confusion", "What is taken for what",
            Tag("p", $"At {labels}, on the test split, all draws together, in percent of each true class. The "
            + "framed diagonal is what was recognised."),
            classes.Count <= MostClasses
                ? Tag("div", Class("pair"),
                    HeatMap.Render($"pretrained, {labels}", assessment.PretrainedConfusion, classes),
                    HeatMap.Render($"scratch, {labels}", assessment.ScratchConfusion, classes))
                : Worst(assessment, classes));
    }

    private static XElement Worst(Assessment assessment, IReadOnlyList<string> classes)
    {
        static double Wrong(ConfusionMatrix matrix, int truth, int predicted) =>
            double.IsNaN(matrix.Share(truth, predicted)) ? 0 : matrix.Share(truth, predicted);
        var pairs =
            from truth in Enumerable.Range(0, classes.Count)
            from predicted in Enumerable.Range(0, classes.Count)
            where truth != predicted
            let share = Wrong(assessment.PretrainedConfusion, truth, predicted)
            where share > 0
            orderby share descending
            select new object?[]
            {
                classes[truth], classes[predicted], Percent(share), Percent(Wrong(assessment.ScratchConfusion, truth, predicted)),
                Percent(assessment.PretrainedConfusion.Recall(truth)),
            };
        return Table("The most frequent confusions of pretrained",
            ["Class", "Taken for", "Pretrained", "Scratch", "Recognised by pretrained"], pairs.Take(Listed), numbersFrom: 2);
    }
}

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
            Tag("dl", Class("terms"),
                metrics.SelectMany(metric => new[] { Tag("dt", MetricWords.Of(metric)), Tag("dd", MetricWords.Meaning(metric)) })));
    }
}
