using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>How pretraining went.</summary>
internal static class PretrainingSection
{
    private const int Styles = 4;

    public static XElement Render(ReportPageContent content)
    {
        var (encoder, tasks) = (content.Run.Encoder, content.Run.PseudoLabels);
        var words = SampleWords.Of(content.Run.Dataset.Modality);
        return Section("pretraining", "Pretraining",
            Tag("p", $"Held-out {words.Asked} right at the end: {string.Join(", ", tasks.Select(task =>
                $"{task.Task} {Percent(Accuracy(encoder.HeldOut, task))} (guessing: {Guessing(task)})"))}. "
                + "A high figure is not the goal: the verdict is."),
            Tag("div", Class("charts"),
                Chart("Loss", "Cross-entropy in nats, summed over tasks", encoder, point => point.Loss, include: []),
                Accuracies(encoder, tasks, words),
                Chart("Learning rate", "Of each step", encoder, point => point.LearningRate, include: [0]),
                Chart("Feature deviation", "1 is healthy, 0 is collapse", encoder, point => point.HeldOut?.FeatureDeviation,
                    include: [0, 1]),
                Chart("Effective rank", "Directions that the features use", encoder, point => point.HeldOut?.EffectiveRank, include: [1]),
                Facts(encoder, words)),
            content.Run.FurtherEncoders.Count == 0 ? null : Seeds(content.Assessment));
    }

    /// <summary>How far the encoders differ.</summary>
    private static XElement Seeds(Assessment assessment)
    {
        var report = assessment.Report;
        ArmResult[] pretrained = [.. assessment.Arms.Where(result => result.Arm == Arm.Pretrained)];
        return Table(
            $"Mean test {MetricWords.Of(report.Metric)} of pretrained with each encoder; the charts above are of the first",
            ["Pretraining seed", .. pretrained.Select(result => $"{Count(result.Labels)} labels")],
            report.PretrainingSeeds.Select((seed, i) =>
                new object?[] { $"{seed}" }.Concat(pretrained.Select(result => Percent(result.EncoderScores[i])))));
    }

    private static XElement Accuracies(EncoderManifest encoder, IReadOnlyList<PseudoLabelManifest> tasks, SampleWords words)
    {
        Series[] accuracies = [.. tasks.Select((task, i) => new Series(task.Task, Style(i),
            Line(encoder, point => Accuracy(point.HeldOut, task))))];
        Series[] guessing = [.. tasks.Select(task => 1.0 / task.Classes).Distinct().Select(chance =>
            new Series("guessing", "chance", [(0, chance), (encoder.Steps, chance)]))];
        var accuracy = new Axis("accuracy", value => Percent(value, 0)) { Include = [0, 1] };
        return Figure("Held-out pretext accuracy", $"Of all {words.Asked}; dotted: guessing",
            new SvgChart("Held-out pretext accuracy by step", Steps(encoder), accuracy, [.. guessing, .. accuracies]),
            tasks.Count > 1 ? Legend.Render(accuracies) : null);
    }

    private static XElement Chart(string title, string note, EncoderManifest encoder, Func<PretrainingPoint, double?> value,
        IReadOnlyList<double> include) =>
        Figure(title, note, new SvgChart(
            $"{title} by step", Steps(encoder), new Axis(title, Number) { Include = include },
            [new Series(title, Style(0), Line(encoder, value))]));

    private static XElement Figure(string title, string note, SvgChart chart, XElement? legend = null) =>
        Tag("figure", Tag("figcaption", Tag("strong", title), Tag("span", note)), chart.Render(), legend);

    private static XElement Facts(EncoderManifest encoder, SampleWords words) => Tag("figure",
        Tag("figcaption", Tag("strong", "In numbers"), Tag("span", "The whole of pretraining")),
        Tag("dl", Class("facts"),
            Fact("Encoder", encoder.Encoder.Name),
            Fact("Weights", Bytes(encoder.File.Bytes)),
            Fact("Steps", Count(encoder.Steps)),
            Fact($"{char.ToUpperInvariant(words.Shown[0])}{words.Shown[1..]} trained on", Count(encoder.Time.Views)),
            Fact("Wall time", Duration(encoder.Time.Total))));

    private static XElement Fact(string name, string value) => Tag("div", Tag("dt", name), Tag("dd", value));

    /// <summary>The points at which the value was measured.</summary>
    private static IReadOnlyList<(double X, double Y)> Line(EncoderManifest encoder, Func<PretrainingPoint, double?> value) =>
        [.. encoder.History.Select(point => (X: (double)point.Step, Y: value(point) ?? double.NaN)).Where(at => double.IsFinite(at.Y))];

    private static double Accuracy(HeldOutMeasure? measure, PseudoLabelManifest task) =>
        measure?.Accuracy.GetValueOrDefault(task.Task, double.NaN) ?? double.NaN;

    private static string Guessing(PseudoLabelManifest task) => Percent(1.0 / task.Classes, task.Classes > 100 ? 2 : 1);

    private static Axis Steps(EncoderManifest encoder) => new("step", Number) { Include = [0, encoder.Steps] };

    private static string Style(int task) => $"task-{task % Styles}";
}
