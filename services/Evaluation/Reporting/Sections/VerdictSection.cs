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
            Tag("h1", Tag("strong", VerdictSentence.Claim(result) + " "), Tag("span", VerdictSentence.Evidence(report))),
            Tag("dl", Class("figures"),
                Figure("pretrained", Percent(result.Pretrained), $"{MetricWords.Of(report.Metric)} on the test split"),
                Figure("from scratch", Percent(result.Scratch), "same network, same labels, same steps"),
                Figure("difference", Points(result.Difference), $"points; 95{'\u202F'}% interval {Points(result.Low)} to {Points(result.High)}"),
                Saving(report, saved)),
            report.Warnings.Count == 0 ? null : Tag("p", Class("warned"), Tag("a", Set("href", $"#{WarningsSection.Id}"), report.Warnings.Count == 1
                ? "1 warning: read it before you trust this"
                : $"{Count(report.Warnings.Count)} warnings: read them before you trust this")));
    }

    private static XElement Saving(Report report, LabelsSaved saved) => report.Verdict switch
    {
        Verdict.Helps => Figure("labels saved", LabelsSavedText.Ratio(report, saved), LabelsSavedText.Equivalent(report, saved)),
        Verdict.Hurts => Figure("labels saved", "none", LabelsSavedText.Equivalent(report, saved)),
        _ => Figure("labels saved", "–", "no evidence of a saving"),
    };

    private static XElement Figure(string name, string value, string note) =>
        Tag("div", Tag("dt", name), Tag("dd", Tag("strong", value), Tag("span", note)));
}
