using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using Pipeline.Statistics;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>How the trials behind the verdict were trained.</summary>
internal static class FineTuningSection
{
    /// <summary>Most points of a line; longer curves are averaged over stretches of steps.</summary>
    private const int MostPoints = 120;

    public static XElement Render(ReportPageContent content)
    {
        var assessment = content.Assessment;
        var smallest = assessment.Report.ByLabelCount[0].Labels;
        Series[] series = [.. LearningRateChoice.Chosen([.. content.Run.Trials.Where(trial => trial.Trial.Labels == smallest)],
            assessment.Report.Metric)
            .GroupBy(trial => trial.Trial.Arm)
            .Select(arm => Arms.Series(arm.Key, MeanCurve([.. arm.Select(trial => trial.Loss)]), marked: false))];
        var chart = new SvgChart(
            $"Training loss by step at {Count(smallest)} labels, mean over draws, for each arm",
            new Axis("step", Number) { Include = [0] }, new Axis("loss", Number) { Include = [0] }, series);
        return Section("fine-tuning", "Fine-tuning",
            Tag("figure",
                Tag("figcaption", Class("above"), Tag("strong", $"Training loss at {Count(smallest)} labels"),
                    Tag("span", "Mean over draws, at the chosen learning rate")),
                (chart with { Width = 860, Height = 320, LabelLines = true }).Render("wide"),
                Legend.Render(series, "narrow"),
                (chart with { Width = 390, Height = 280 }).Render("narrow")),
            Table(
                "Learning rates that validation chose",
                ["Arm", .. assessment.Report.ByLabelCount.Select(result => $"{Count(result.Labels)} labels")],
                assessment.Arms.GroupBy(result => result.Arm).Select(arm =>
                    new object?[] { Name(arm.Key) }.Concat(arm.Select(result => Number(result.LearningRate))))));
    }

    /// <summary>The mean of several curves, as points (step, loss); steps count from 1.</summary>
    internal static IReadOnlyList<(double X, double Y)> MeanCurve(IReadOnlyList<IReadOnlyList<double>> curves)
    {
        var steps = curves.Min(curve => curve.Count);
        var stretch = Math.Max(1, (steps + MostPoints - 1) / MostPoints);
        return [.. Enumerable.Range(0, steps).Chunk(stretch).Select(chunk =>
            (chunk.Average(step => step + 1.0), chunk.Average(step => curves.Average(curve => curve[step]))))];
    }
}

/// <summary>The experiment, whole, under the names by which it is written.</summary>
internal static class SettingsSection
{
    public static XElement Render(ReportPageContent content)
    {
        var settings = JsonSerializer.SerializeToNode(content.Run.Experiment, PipelineJson.Options)!.AsObject();
        var groups = settings.ToLookup(setting => setting.Value is JsonObject);
        return Section("settings", "Settings",
            Tag("div", Class("settings"),
                Group("experiment", groups[false]),
                groups[true].Select(group => Group(group.Key, group.Value!.AsObject()))));
    }

    private static XElement Group(string name, IEnumerable<KeyValuePair<string, JsonNode?>> settings) =>
        Tag("div", Tag("h3", name), Tag("dl", Rows("", settings)));

    private static IEnumerable<XElement> Rows(string prefix, IEnumerable<KeyValuePair<string, JsonNode?>> settings) =>
        settings.SelectMany(setting => setting.Value is JsonObject inner
            ? Rows($"{prefix}{setting.Key}.", inner)
            : [Tag("div", Tag("dt", prefix + setting.Key), Tag("dd", Value(setting.Value)))]);

    private static string Value(JsonNode? value) => value switch
    {
        null => "default",
        JsonArray list => string.Join(", ", list.Select(Value)),
        _ => value.ToString(),
    };
}
