using Pipeline.Contracts;
using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>How answerable each pretext task was on this data, before compute was spent.</summary>
internal static class PreFlightSection
{
    public static XElement? Render(ReportPageContent content)
    {
        if (content.Assessment.Report.PreFlight is not { } measured)
            return null;

        if (measured.Tasks is [{ Task: Experiment.MaskedToken } tokens])
        {
            return Section("pre-flight", "Pre-flight",
                Tag("p", $"Measured on {Count(measured.Samples)} training samples before pretraining. Neither the most frequent token "
                + "nor the token on the left should tell most of the tokens: then there is something to learn."),
                Table(
                    "Share of tokens told right, with a 95\u202F% interval",
                    ["Task", "Tokens there are", "Most frequent token", "By the token on the left"],
                    [new object?[] { tokens.Task, Count(tokens.Views), Percent(tokens.Chance), Measured(tokens.Linear) }]),
                Tag("dl", Class("terms"), Tag("dt", tokens.Task), Tag("dd", tokens.Advice)),
                Tag("p", Class("remarks"), Labels(measured.Labels)));
        }

        var trained = content.Run.PseudoLabels.Select(task => task.Task).ToHashSet();
        return Section("pre-flight", "Pre-flight",
            Tag("p", $"Measured on {Count(measured.Samples)} training samples before pretraining. A good task has a high ceiling, which "
            + "a perfect model reaches, "
                + "and neither the border nor a linear model on raw pixels comes near it: then there is something to learn."),
            Table(
                "Share of views told right, with 95\u202F% intervals; bold: trained on",
                ["Task", "Chance", "Ceiling", "Border alone", "Linear on pixels", "Symmetric samples", "Linear, of the ceiling"],
                measured.Tasks.Select(task => new object?[]
                {
                    trained.Contains(task.Task) ? Tag("strong", task.Task) : task.Task,
                    Percent(task.Chance), Percent(task.Ceiling), Measured(task.Border), Measured(task.Linear), Percent(task.Symmetric),
                    Bar(task),
                })),
            Tag("dl", Class("terms"), measured.Tasks.SelectMany(task => new[] { Tag("dt", task.Task), Tag("dd", task.Advice) })),
            Tag("p", Class("remarks"), Choice(content.Assessment.Report.Pretext.Auto, measured.Choice)),
            Tag("p", Class("remarks"), Labels(measured.Labels)));
    }

    private static string Choice(bool auto, PretextChoice choice) => auto
        ? $"The experiment left the choice to this: it took {choice.Reason}."
        : $"With pretext: auto it would have been {choice.Reason}.";

    private static string Labels(LabelBalance labels) => labels.EffectiveClasses == 0
        ? "None of the training samples has a label."
        : $"{Percent(labels.Share)} of the training samples have a label. The largest of {Count(labels.Counts.Count)} classes has "
        + $"{Percent(labels.Largest)} of the labels; "
            + $"the classes are as hard to guess as {Number(labels.EffectiveClasses)} equally large ones.";

    private static object Measured(MeasuredAccuracy? measured) => measured is null
        ? "–"
        : new object[] { Percent(measured.Accuracy), Tag("small", $" {Percent(measured.Low, 0)} to {Percent(measured.High, 0)}") };

    /// <summary>Light up to the ceiling, full up to the linear model; the tick is chance.</summary>
    private static XElement Bar(PretextOutlook task) =>
        Tag("svg", Class("bar"), Set("viewBox", "0 0 100 10"), Set("preserveAspectRatio", "none"), Set("aria-hidden", "true"),
            Part("ceiling", 0, task.Ceiling), Part("solved", 0, task.Linear?.Accuracy ?? 0), Part("guess", task.Chance, 0.008));

    private static XElement Part(string style, double from, double width) =>
        Tag("rect", Class(style), Set("x", Coordinate(100 * from)), Set("width", Coordinate(100 * width)), Set("height", 10));
}
