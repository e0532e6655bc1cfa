using System.Xml.Linq;
using Pipeline.Contracts;
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
        var last = encoder.History[^1];
        Series[] accuracies = [.. tasks.Select((task, i) => new Series(
            task.Task, Style(i), [.. encoder.History.Where(point => point.Accuracy.ContainsKey(task.Task)).Select(point => ((double)point.Step, point.Accuracy[task.Task]))]))];
        Series[] guessing = [.. tasks.Select(task => 1.0 / task.Classes).Distinct().Select(chance => new Series(
            "guessing", "chance", [(0, chance), (encoder.Steps, chance)]))];

        return Section("pretraining", "Pretraining",
            Tag("p", $"Held-out views right at the end: {string.Join(", ", tasks.Select(task =>
                $"{task.Task} {Percent(last.Accuracy.GetValueOrDefault(task.Task, double.NaN))} (guessing: {Percent(1.0 / task.Classes)})"))}. "
                + "A high figure is not the goal: the verdict is."),
            Tag("div", Class("charts"),
                Chart("Loss", "Cross-entropy in nats, summed over tasks", encoder, point => point.Loss, Number, include: []),
                Figure("Held-out pretext accuracy", "Of all views; dotted: guessing",
                    new SvgChart("Held-out pretext accuracy by step", Steps(encoder), new Axis("accuracy", value => Percent(value, 0)) { Include = [0, 1] }, [.. guessing, .. accuracies]),
                    tasks.Count > 1 ? Legend.Render([.. accuracies]) : null),
                Chart("Learning rate", "Of each step", encoder, point => point.LearningRate, Number, include: [0]),
                Chart("Feature deviation", "1 is healthy, 0 is collapse", encoder, point => point.FeatureDeviation, Number, include: [0, 1]),
                Chart("Effective rank", "Directions that the features use", encoder, point => point.EffectiveRank, Number, include: [1]),
                Facts(encoder)));
    }

    private static XElement Chart(
        string title, string note, EncoderManifest encoder, Func<PretrainingPoint, double> value, Func<double, string> format, IReadOnlyList<double> include) =>
        Figure(title, note, new SvgChart($"{title} by step", Steps(encoder), new Axis(title, format) { Include = include },
            [new Series(title, Style(0), [.. encoder.History.Select(point => ((double)point.Step, value(point)))])]), legend: null);

    private static XElement Figure(string title, string note, SvgChart chart, XElement? legend) =>
        Tag("figure", Tag("figcaption", Tag("strong", title), Tag("span", note)), chart.Render(), legend);

    private static XElement Facts(EncoderManifest encoder) => Tag("figure",
        Tag("figcaption", Tag("strong", "In numbers"), Tag("span", "The whole of pretraining")),
        Tag("dl", Class("facts"),
            Fact("Encoder", encoder.Encoder.Name),
            Fact("Weights", Bytes(encoder.File.Bytes)),
            Fact("Steps", Count(encoder.Steps)),
            Fact("Views trained on", Count(encoder.Time.Views)),
            Fact("Wall time", Duration(encoder.Time.Total))));

    private static XElement Fact(string name, string value) => Tag("div", Tag("dt", name), Tag("dd", value));

    private static Axis Steps(EncoderManifest encoder) => new("step", Number) { Include = [0, encoder.Steps] };

    private static string Style(int task) => $"task-{task % Styles}";
}
