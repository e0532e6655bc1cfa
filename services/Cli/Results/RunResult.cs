using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Evaluation.Reporting.Sections;
using Pipeline.Hosting.Runs;
using Pipeline.Statistics;

namespace Pipeline.Cli.Results;

/// <summary>What a finished run found, and the files that say so.</summary>
/// <param name="Model">Null where nothing was promoted.</param>
internal sealed record RunResult(Report Report, string ReportFile, string Page, string? Model)
{
    /// <param name="where">The store's name, for errors.</param>
    /// <exception cref="PipelineException">A file of the result is missing or damaged.</exception>
    public static async Task<RunResult> ReadAsync(IArtifactStore store, string where, VerdictReached verdict,
        CancellationToken cancellation = default)
    {
        try
        {
            var file = await store.MaterializeAsync(verdict.Report, cancellation);
            var report = JsonSerializer.Deserialize<Report>(await File.ReadAllBytesAsync(file, cancellation), PipelineJson.Options)!;
            var page = await store.MaterializeAsync(verdict.Page, cancellation);
            return new RunResult(report, file, page, verdict.Model is { } model ? await store.MaterializeAsync(model, cancellation) : null);
        }
        catch (ArtifactNotFoundException error)
        {
            var record = $"{where}/{RunLedger.Root}/{verdict.Run.RunId}/5-verdict.json";
            throw new PipelineException(
                $"The result of {verdict.Run.RunId} is incomplete. {error.Message} Delete {record} and run the same command again.", error);
        }
    }

    /// <summary>The verdict never stands without the warnings before it; the last two lines are the paths of the reports.</summary>
    public void Write(TextWriter output)
    {
        foreach (var warning in Report.Warnings)
            output.WriteLine(Plain(warning.Line));
        if (Report.Warnings.Count > 0)
            output.WriteLine();
        output.WriteLine(Plain(VerdictSentence.Of(Report)));
        foreach (var advice in Report.Recommended)
            output.WriteLine(Plain(RecommendationSentence.Of(Report, advice)));
        output.WriteLine();
        // Accuracy of images goes without saying.
        var namesMetric = Report.Metric != Metrics.Accuracy || Report.Data.Documents > 0;
        // Where another metric decides, and there are classes and no tags to tell: those are told by entities.
        var showsMacroF1 =
            namesMetric && Report.Metric != Metrics.MacroF1 && Report.Metrics.Any(arm => arm.Values.ContainsKey(Metrics.MacroF1));
        var macroF1 = MetricWords.Of(Metrics.MacroF1);
        if (namesMetric)
        {
            output.WriteLine($"{MetricWords.Of(Report.Metric)} on the test "
                + $"split{(showsMacroF1 ? $"; beside it the {macroF1} of pretrained" : "")}");
        }

        var rows = Report.ByLabelCount.Select(result => (string[])
        [
            Figures.Count(result.Labels),
            Figures.Percent(result.Pretrained),
            Figures.Percent(result.Scratch),
            Figures.Points(result.Difference),
            $"{Figures.Points(result.Low)} to {Figures.Points(result.High)}",
            Words.Of(result.Verdict),
            .. showsMacroF1 ? [Figures.Percent(MacroF1Of(result))] : Array.Empty<string>(),
            .. result.Compared.Select(arm => Figures.Percent(arm.Accuracy)),
        ]);
        string[] head =
        [
            "labels", "pretrained", "scratch", "difference", "95 % interval", "verdict",
            .. showsMacroF1 ? [macroF1] : Array.Empty<string>(),
            .. Report.ByLabelCount[0].Compared.Select(arm => Figures.Name(arm.Arm)),
        ];
        TextTable.Write(output, head, rows.Select(row => row.Select(Plain).ToList()), "rrrrrl".PadRight(head.Length, 'r'));
        output.WriteLine();
        foreach (var saved in Report.LabelsSaved)
        {
            output.WriteLine(Plain($"labels saved at {Figures.Count(saved.Labels)}: {LabelsSavedText.Ratio(Report, saved)} "
                + $"({LabelsSavedText.Equivalent(Report, saved)}; 95 % interval {LabelsSavedText.Interval(Report, saved)})"));
        }

        output.WriteLine();
        output.WriteLine(Model is null ? "promoted model: none" : $"promoted model: {Shown(Model)}");
        output.WriteLine(Shown(ReportFile));
        output.WriteLine(Shown(Page));
    }

    private double MacroF1Of(LabelCountResult result) =>
        Report.Metrics.Single(arm => arm.Arm == Arm.Pretrained && arm.Labels == result.Labels).Values[Metrics.MacroF1];

    /// <summary>Not every console's font has the narrow space.</summary>
    private static string Plain(string text) => text.Replace('\u202F', ' ');

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}

/// <summary>Stages and verdicts as people and JSON read them, times as clocks show them.</summary>
internal static class Words
{
    public const string Program = "dotnet run -c Release --project services/Cli --";

    public static string Of(Stage stage) => Figures.Name(stage);

    /// <summary>Parts of a line; empty ones are left out.</summary>
    public static string Joined(IEnumerable<string> parts) => string.Join("  ", parts.Where(part => part.Length > 0));

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Helps => "helps",
        Verdict.Hurts => "hurts",
        _ => "no evidence",
    };

    public static string Of(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:d2}:{time.Seconds:d2}"
        : $"{time.Minutes}:{time.Seconds:d2}";
}
