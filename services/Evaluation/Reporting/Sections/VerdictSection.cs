using Pipeline.Contracts;
using System.Xml.Linq;
using Pipeline.Statistics;
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
                Figure("difference", Points(result.Difference),
                    $"points; 95{'\u202F'}% interval {Points(result.Low)} to {Points(result.High)}"),
                Saving(report, saved)),
            report.Warnings.Count == 0
            ? null : Tag("p", Class("warned"), Tag("a", Set("href", $"#{WarningsSection.Id}"), report.Warnings.Count == 1
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

/// <summary>What to know before trusting the verdict: about the data, then about the comparison.</summary>
internal static class WarningsSection
{
    public const string Id = "warnings";

    public static XElement? Render(ReportPageContent content) => content.Assessment.Report.Warnings is { Count: > 0 } warnings
        ? Section(Id, "Before you trust this",
            Tag("ul", Class("warnings"), warnings.Select(warning => Tag("li", Tag("code", warning.Name), " ", warning.Message))))
        : null;
}

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
