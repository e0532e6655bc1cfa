using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What pretraining is worth in labels.</summary>
internal static class LabelsSavedSection
{
    public static XElement Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        return Section("labels-saved", "Labels saved",
            Tag("p", $"How many labels scratch would need for the {MetricWords.Of(report.Metric)} that pretrained has. Read from scratch’s curve, made non-decreasing, "
                + "straight between label counts on a logarithmic axis."),
            Table(
                "Labels that scratch needs to equal pretrained",
                ["Labels", "Pretrained reaches", "Scratch needs", "Ratio", "95\u202F% interval"],
                report.LabelsSaved.Zip(report.ByLabelCount, (saved, result) => new object?[]
                {
                    Count(saved.Labels), Percent(result.Pretrained), Needed(report.ByLabelCount[^1].Labels, saved.ScratchEquivalent),
                    Tag("strong", LabelsSavedText.Ratio(report, saved)), LabelsSavedText.Interval(report, saved),
                }),
                numbersFrom: 0));
    }

    private static string Needed(int largest, double? labels) => labels is { } known ? Count(known) : $"more than {Count(largest)}";
}
