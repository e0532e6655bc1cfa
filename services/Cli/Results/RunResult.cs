using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Evaluation.Reporting.Sections;
using Pipeline.Hosting.Runs;
using Pipeline.Statistics;

namespace Pipeline.Cli.Results;

/// <summary>What a finished run found, and the files that say so.</summary>
/// <param name="ReportFile">report.json.</param>
/// <param name="Page">report.html.</param>
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

    /// <summary>The warnings come first, so that the verdict never stands without them; the last two lines are the paths of the
    /// reports.</summary>
    public void Write(TextWriter output)
    {
        foreach (var warning in Report.Warnings)
            output.WriteLine(Plain(warning.Line));
        if (Report.Warnings.Count > 0)
            output.WriteLine();
        output.WriteLine(Plain(VerdictSentence.Of(Report)));
        output.WriteLine();
        if (NamesMetric)
        {
            output.WriteLine(
                $"{MetricWords.Of(Report.Metric)} on the test "
                + $"split{(ShowsMacroF1 ? $"; beside it the {MetricWords.Of(Metrics.MacroF1)} of pretrained" : "")}");
        }

        TextTable.Write(
            output,
            ["labels", "pretrained", "scratch", "difference", "95 % interval", "verdict",
                .. MacroF1Of(_ => MetricWords.Of(Metrics.MacroF1)), .. Compared(Report.ByLabelCount[0]).Select(arm => arm.Name)],
            Report.ByLabelCount.Select(Row),
            ['r', 'r', 'r', 'r', 'r', 'l', .. MacroF1Of(_ => 'r'), .. Compared(Report.ByLabelCount[0]).Select(_ => 'r')]);
        output.WriteLine();
        foreach (var saved in Report.LabelsSaved)
        {
            output.WriteLine(
                Plain($"labels saved at {Figures.Count(saved.Labels)}: {LabelsSavedText.Ratio(Report, saved)} "
                + $"({LabelsSavedText.Equivalent(Report, saved)}; 95 % interval {LabelsSavedText.Interval(Report, saved)})"));
        }

        output.WriteLine();
        output.WriteLine(Model is null ? "promoted model: none" : $"promoted model: {Shown(Model)}");
        output.WriteLine(Shown(ReportFile));
        output.WriteLine(Shown(Page));
    }

    /// <summary>Accuracy of images goes without saying.</summary>
    private bool NamesMetric => Report.Metric != Metrics.Accuracy || Report.Data.Documents > 0;

    /// <summary>Where another metric decides, and there are classes and no tags to tell: those are told by entities.</summary>
    private bool ShowsMacroF1 =>
        NamesMetric && Report.Metric != Metrics.MacroF1 && Report.Metrics.Any(arm => arm.Values.ContainsKey(Metrics.MacroF1));

    private IEnumerable<T> MacroF1Of<T>(Func<string, T> column) => ShowsMacroF1 ? [column(Metrics.MacroF1)] : [];

    private IReadOnlyList<string> Row(LabelCountResult result) =>
    [
        Plain(Figures.Count(result.Labels)),
        Plain(Figures.Percent(result.Pretrained)),
        Plain(Figures.Percent(result.Scratch)),
        Figures.Points(result.Difference),
        $"{Figures.Points(result.Low)} to {Figures.Points(result.High)}",
        Words.Of(result.Verdict),
        .. MacroF1Of(metric => Plain(Figures.Percent(Report.Metrics.Single(arm => arm.Arm == Arm.Pretrained
            && arm.Labels == result.Labels).Values[metric]))),
        .. Compared(result).Select(arm => Plain(Figures.Percent(arm.Accuracy))),
    ];

    private static IEnumerable<(string Name, double Accuracy)> Compared(LabelCountResult result) =>
        result.Compared.Select(arm => (Figures.Name(arm.Arm), arm.Accuracy));

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
    /// <summary>How the program is called from the repository's root.</summary>
    public const string Program = "dotnet run -c Release --project services/Cli --";

    public static string Of(Stage stage) => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Helps => "helps",
        Verdict.Hurts => "hurts",
        _ => "no evidence",
    };

    /// <summary>0:31, 12:04, 1:02:03.</summary>
    public static string Of(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:d2}:{time.Seconds:d2}"
        : $"{time.Minutes}:{time.Seconds:d2}";
}
