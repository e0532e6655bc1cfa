using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What to use at the labels there are, with its reason.</summary>
internal static class RecommendationSection
{
    public static XElement? Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        return report.Recommended.Count == 0 ? null : Section("recommendation", "What to use",
            Tag("ul", report.Recommended.Select(advice => Tag("li", RecommendationSentence.Of(report, advice)))),
            Tag("p", Class("remarks"),
                $"Chosen by the mean {MetricWords.Of(report.Metric)} on validation, between all arms "
                + "and between the arms without a network. "
                + "The figures are of the test split, which had no say."));
    }
}

/// <summary>A recommendation in a sentence, the same on the page and on the console.</summary>
public static class RecommendationSentence
{
    public static string Of(Report report, Recommendation advice) => Choice(advice) + LabelsSavedText.Sentence(report, advice);

    private static string Choice(Recommendation advice)
    {
        var (labels, score) = ($"{Count(advice.Labels)} labels", Percent(advice.Score));
        if (advice.Baseline is not { } baseline || advice.Difference is not { } difference)
            return $"At {labels} use {Name(advice.Arm)}: {score}.";

        if (advice.Arm == baseline)
            return $"At {labels} use {Name(baseline)}: {score}. No network did better on validation.";

        var interval = $"95\u202F% interval {Points(advice.Low!.Value)} to {Points(advice.High!.Value)}";
        var against = $"{score} against {Percent(advice.BaselineScore!.Value)} of {Name(baseline)}, the best without a network";
        return advice.Low > 0
            ? $"At {labels} use {Name(advice.Arm)}: {against}; {Points(difference)} points, {interval}."
            : $"At {labels} {Name(advice.Arm)} did best on validation, and {Name(baseline)} may do as well: {against}; "
            + $"{Points(difference)} "
                + $"points, {interval}.";
    }
}
