using System.Xml.Linq;
using Pipeline.Contracts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>The answer, in one sentence and four figures.</summary>
internal static class VerdictSection
{
    public static XElement Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        var (result, saved) = (report.ByLabelCount[0], report.LabelsSaved[0]);
        return Tag("header", Class($"verdict {Name(report.Verdict)}"),
            Tag("p", Class("eyebrow"), $"Experiment {report.Experiment}"),
            Tag("h1", Heading(report.Verdict)),
            Tag("p", Class("sentence"), Sentence(report)),
            Tag("dl", Class("figures"),
                Figure("pretrained", Percent(result.Pretrained), "accuracy on the test split"),
                Figure("from scratch", Percent(result.Scratch), "same network, same labels, same steps"),
                Figure("difference", Points(result.Difference), $"points; 95{'\u202F'}% interval {Points(result.Low)} to {Points(result.High)}"),
                Figure("labels saved", LabelsSavedText.Ratio(report, saved), LabelsSavedText.Equivalent(report, saved))),
            content.Assessment.Warnings.Count == 0 ? null : Tag("p", Class("remarks"), Tag("a", Set("href", "#warnings"), content.Assessment.Warnings.Count == 1
                ? "One thing to know before trusting this"
                : $"{content.Assessment.Warnings.Count} things to know before trusting this")));
    }

    /// <summary>The verdict with its figures, as one plain sentence.</summary>
    public static string Sentence(Report report)
    {
        var (result, saved) = (report.ByLabelCount[0], report.LabelsSaved[0]);
        var labels = result.Labels == 1 ? "1 label" : $"{Count(result.Labels)} labels";
        var claim = result.Verdict switch
        {
            Verdict.Helps => $"Pretraining helps at {labels}",
            Verdict.Hurts => $"Pretraining hurts at {labels}",
            _ => $"There is no evidence that pretraining helps at {labels}",
        };
        var saving = (result.Verdict, saved) switch
        {
            (Verdict.Helps, { Ratio: { } ratio }) => $"; it saves {Times(ratio)} the labels",
            (Verdict.Helps, _) => $"; from scratch, not even {Count(report.ByLabelCount[^1].Labels)} labels reach that",
            _ => "",
        };
        return $"{claim}: {Percent(result.Pretrained)} against {Percent(result.Scratch)} from scratch, {Points(result.Difference)} points, "
            + $"95{'\u202F'}% interval {Points(result.Low)} to {Points(result.High)}{saving}.";
    }

    private static string Heading(Verdict verdict) => verdict switch
    {
        Verdict.Helps => "Pretraining helps",
        Verdict.Hurts => "Pretraining hurts",
        _ => "No evidence that pretraining helps",
    };

    private static XElement Figure(string name, string value, string note) =>
        Tag("div", Tag("dt", name), Tag("dd", Tag("strong", value), Tag("span", note)));
}
