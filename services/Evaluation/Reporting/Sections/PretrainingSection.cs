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
        PretrainingPoint[] measured = [.. encoder.History.Where(point => point.HeldOut is not null)];
        Series[] accuracies = [.. tasks.Select((task, i) => new Series(
            task.Task, Style(i), [.. measured.Select(point => ((double)point.Step, point.HeldOut!.Accuracy.GetValueOrDefault(task.Task)))]))];
        Series[] guessing = [.. tasks.Select(task => 1.0 / task.Classes).Distinct().Select(chance => new Series(
            "guessing", "chance", [(0, chance), (encoder.Steps, chance)]))];

        return Section("pretraining", "Pretraining",
            Tag("p", $"{string.Join(" and ", tasks.Select(task => $"The task {task.Task}: {Percent(encoder.HeldOut?.Accuracy.GetValueOrDefault(task.Task) ?? double.NaN)} of held-out views right, "
                + $"where guessing gives {Percent(1.0 / task.Classes)}"))}. A high figure is not the goal: the verdict is."),
            Tag("div", Class("charts"),
                Chart("Loss", "Mean cross-entropy in nats, summed over tasks", encoder, encoder.History, point => point.Loss, Number, include: []),
                Figure("Held-out pretext accuracy", guessing.Length > 0 ? "Share of held-out views right; dotted: guessing" : "Share of held-out views right",
                    new SvgChart("Held-out pretext accuracy by step", Steps(encoder), new Axis("accuracy", value => Percent(value, 0)) { Include = [0, 1] }, [.. guessing, .. accuracies]),
                    tasks.Count > 1 ? Legend.Render([.. accuracies]) : null),
                Chart("Learning rate", "Of each step", encoder, encoder.History, point => point.LearningRate, Number, include: [0]),
                Chart("Feature deviation", "1 is healthy, 0 is collapse", encoder, measured, point => point.HeldOut!.FeatureDeviation, Number, include: [0, 1]),
                Chart("Effective rank", "Independent directions that the features use", encoder, measured, point => point.HeldOut!.EffectiveRank, Number, include: [1])));
    }

    private static XElement Chart(
        string title, string note, EncoderManifest encoder, IReadOnlyList<PretrainingPoint> points, Func<PretrainingPoint, double> value, Func<double, string> format, IReadOnlyList<double> include) =>
        Figure(title, note, new SvgChart($"{title} by step", Steps(encoder), new Axis(title, format) { Include = include },
            [new Series(title, Style(0), [.. points.Select(point => ((double)point.Step, value(point)))])]), legend: null);

    private static XElement Figure(string title, string note, SvgChart chart, XElement? legend) =>
        Tag("figure", Tag("figcaption", Tag("strong", title), Tag("span", note)), legend, chart.Render());

    private static Axis Steps(EncoderManifest encoder) => new("step", Number) { Include = [0, encoder.Steps] };

    private static string Style(int task) => $"task-{task % Styles}";
}
