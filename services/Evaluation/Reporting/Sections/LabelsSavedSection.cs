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
            Tag("p", $"How many labels scratch would need for the {MetricWords.Of(report.Metric)} that pretrained has. Read from "
            + "scratch’s curve, made non-decreasing, "
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

/// <summary>Labels saved in words. Where scratch's curve ends before the score is reached, or starts above it,
/// only a bound is known.</summary>
public static class LabelsSavedText
{
    public static string Ratio(Report report, LabelsSaved saved) => saved.Ratio switch
    {
        null => $"> {Times(Largest(report) / (double)saved.Labels)}",
        { } ratio when IsUpperBound(report, saved) => $"≤ {Times(ratio)}",
        { } ratio => Times(ratio),
    };

    public static string Equivalent(Report report, LabelsSaved saved) => saved.ScratchEquivalent switch
    {
        null => $"from scratch, {Count(Largest(report))} labels do not reach it",
        { } labels when IsUpperBound(report, saved) => $"from scratch, {Count(labels)} labels or fewer reach it",
        { } labels => $"from scratch it takes {Count(labels)} labels instead of {Count(saved.Labels)}",
    };

    public static string Interval(Report report, LabelsSaved saved)
    {
        var beyond = $"beyond {Times(Largest(report) / (double)saved.Labels)}";
        var least = report.ByLabelCount[0].Labels / (double)saved.Labels;
        string Low(double low) => low <= least ? $"at most {Times(least)}" : Times(low);
        return (saved.Low, saved.High) switch
        {
            ({ } low, { } high) when high <= least => Low(low),
            ({ } low, { } high) => $"{Low(low)} to {Times(high)}",
            ({ } low, null) when low <= least => "not bounded by these label counts",
            ({ } low, null) => $"{Low(low)} to {beyond}",
            _ => beyond,
        };
    }

    /// <summary>Of a recommended arm, with a blank before it; empty where nothing is told.</summary>
    public static string Sentence(Report report, Recommendation advice)
    {
        // At the largest count, that scratch needs more labels than there are is no figure.
        if (advice.LabelsSaved is not { } saved || (saved.Ratio is null && saved.Labels == Largest(report)))
            return "";

        var needed = saved.Ratio is not { } ratio ? $"more than {Times(Largest(report) / (double)saved.Labels)}"
            : IsUpperBound(report, saved, advice.Score) ? $"at most {Times(ratio)}"
            : Times(ratio);
        // Beyond the same bound.
        var interval = saved.Low is null ? "" : $"; 95\u202F% interval {Interval(report, saved)}";
        return $" Scratch needs {needed} the labels for that{interval}.";
    }

    private static int Largest(Report report) => report.ByLabelCount[^1].Labels;

    private static bool IsUpperBound(Report report, LabelsSaved saved) =>
        IsUpperBound(report, saved, report.ByLabelCount.First(result => result.Labels == saved.Labels).Pretrained);

    private static bool IsUpperBound(Report report, LabelsSaved saved, double score) =>
        report.ByLabelCount[0] is var smallest && saved.ScratchEquivalent == smallest.Labels && score < smallest.Scratch;
}
