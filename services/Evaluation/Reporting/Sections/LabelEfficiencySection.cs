using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>The metric by label count: the curve and its numbers.</summary>
internal static class LabelEfficiencySection
{
    public static XElement Render(ReportPageContent content)
    {
        var (report, arms) = (content.Assessment.Report, content.Assessment.Arms);
        var metric = MetricWords.Of(report.Metric);
        Series[] series = [.. arms.GroupBy(result => result.Arm).Select(arm => Curve(arm.Key, [.. arm]))];
        var chart = new SvgChart(
            $"Test {metric} by number of labels, for each arm. The table below holds the same numbers.",
            new Axis("labels", Count)
            {
                Logarithmic = true,
                Ticks = [.. report.ByLabelCount.Select(result => (double)result.Labels)],
                Margin = 0.04
            },
            new Axis(metric, value => Percent(value, digits: 0)) { Margin = 0.04 },
            series);
        return Section("label-efficiency", $"{Capital(metric)} by number of labels",
            Tag("figure",
                (chart with { Width = 860, Height = 420, LabelLines = true }).Render("wide"),
                Legend.Render(series, "narrow"),
                (chart with { Width = 390, Height = 330 }).Render("narrow"),
                Tag("figcaption",
                    "Lines are means over label draws, faint marks single draws. Bands are 95\u202F% intervals of the mean for "
                    + "pretrained and scratch. "
                    + "The two bands may overlap where the paired difference is beyond doubt: the verdict goes by the difference.")),
            Numbers(report),
            Tag("dl", Class("terms"),
                Term("pretrained", "starts from the pretrained encoder; all weights are tuned."),
                Term("scratch", "the same network from random weights, tuned the same way."),
                Term("frozen", "a linear probe on the pretrained encoder."),
                Term("frozen-random", "a linear probe on random weights."),
                arms.Select(result => result.Arm).Distinct()
                .SelectMany(arm => Explained(arm, SampleWords.Of(content.Run.Dataset.Modality)))));
    }

    private static Series Curve(Arm arm, IReadOnlyList<ArmResult> results) =>
        Arms.Series(arm, [.. results.Select(result => ((double)result.Labels, result.Score))]) with
        {
            Points = [.. results.SelectMany(result => result.TestScores.Select(score => ((double)result.Labels, score)))],
            Band = arm is Arm.Pretrained or Arm.Scratch
                ? [.. results.Select(result => ((double)result.Labels, result.Interval.Low, result.Interval.High))]
                : [],
        };

    private static XElement Numbers(Report report) => Table(
        $"Mean test {MetricWords.Of(report.Metric)} of each arm at the learning rate that validation chose; difference is pretrained "
        + "minus scratch, in points, paired by draw",
        ["Labels", "Pretrained", "Scratch", "Difference", "95\u202F% interval", "Verdict", "Frozen", "Frozen-random",
            .. report.ByLabelCount[0].Compared.Select(arm => Capital(Name(arm.Arm))), "Draws"],
        report.ByLabelCount.Select(result => new object?[]
        {
            Count(result.Labels), Percent(result.Pretrained), Percent(result.Scratch),
            Tag("strong", Points(result.Difference)), $"{Points(result.Low)} to {Points(result.High)}",
            Tag("span", Class($"badge {Name(result.Verdict)}"), Words(result.Verdict)),
            Percent(result.Frozen), Percent(result.FrozenRandom),
        }.Concat(result.Compared.Select(arm => Percent(arm.Accuracy))).Append(Count(result.Draws))),
        numbersFrom: 0);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static XElement[] Explained(Arm arm, SampleWords words) => arm switch
    {
        Arm.Baseline => Term("baseline", $"no network: logistic regression on {words.Raw}."),
        Arm.Lora => Term("lora", "the pretrained encoder as it is, with low-rank adapters that are tuned."),
        Arm.LayerDecay => Term("layer-decay", "as pretrained, lower layers tuned slower."),
        Arm.Propagation => Term(
            "propagation", "labels spread over the unlabelled training samples by the features of the pretrained encoder."),
        Arm.PropagationRandom => Term("propagation-random", "the same by the features of random weights."),
        Arm.BaselinePropagation => Term("baseline-propagation", $"the same without a network, by {words.Raw}."),
        Arm.NearestNeighbour => Term("nearest-neighbour", "the class of the nearest labelled sample, by the pretrained encoder."),
        Arm.FrozenFused => Term("frozen-fused", "a linear probe on the pretrained encoder and a description without a network."),
        Arm.PropagationFused => Term("propagation-fused", "labels spread by the pretrained encoder and such a description."),
        Arm.Student => Term("student", "as pretrained, tuned by what propagation says of all training samples."),
        Arm.StudentScratch => Term(
            "student-scratch", "the same network from random weights, tuned by labels that were spread without the encoder."),
        Arm.ClassMeans => Term("class-means", "the class with the nearest mean, by the pretrained encoder."),
        _ => [],
    };

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Helps => "▲ helps",
        Verdict.Hurts => "▼ hurts",
        _ => "○ no evidence",
    };

    private static XElement[] Term(string name, string meaning) => [Tag("dt", name), Tag("dd", meaning)];
}

/// <summary>Every arm looks the same in every chart.</summary>
internal static class Arms
{
    public static Series Series(Arm arm, IReadOnlyList<(double X, double Y)> line, bool marked = true) =>
        new(Name(arm), Name(arm), line, marked ? Mark(arm) : null);

    private static Marker Mark(Arm arm) => arm switch
    {
        Arm.Pretrained => Marker.Circle,
        Arm.Scratch => Marker.Square,
        Arm.Frozen => Marker.Triangle,
        Arm.FrozenRandom => Marker.Diamond,
        Arm.Baseline => Marker.Cross,
        Arm.Lora => Marker.Pentagon,
        _ => Marker.Star,
    };
}
