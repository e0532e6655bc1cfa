using Pipeline.Cli.Results;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Progress;

/// <summary>Lines for pipes and files: each stage's start and end, and in between at most one a second.</summary>
internal sealed class PlainDisplay(TextWriter output) : RunDisplay
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Stage, (TimeSpan At, StageProgress Shown)> _shown = [];
    private bool _toldOfData;
    private bool _toldOfStop;

    public override Task ShowAsync(RunProgress progress, CancellationToken ended) => RepeatAsync(() => Show(progress), Glance, ended);

    private void Show(RunProgress progress)
    {
        if (progress.Data.Count > 0 && !_toldOfData)
        {
            _toldOfData = true;
            foreach (var line in progress.Data)
                output.WriteLine(line);
        }

        var now = progress.Now;
        foreach (var stage in progress.Stages.Where(stage => stage.State != StageState.Waiting))
        {
            if (!_shown.TryGetValue(stage.Stage, out var last))
            {
                last = (now, stage with { State = StageState.Running, Done = 0 });
                _shown[stage.Stage] = last;
                output.WriteLine($"{StageText.Name(stage)}  started");
            }

            if (stage.State != last.Shown.State)
            {
                output.WriteLine(Line(stage, now, End(stage)));
                _shown[stage.Stage] = (now, stage);
            }
            else if (stage.State == StageState.Running && (stage.Done != last.Shown.Done || stage.Detail != last.Shown.Detail)
                && now - last.At >= Pause)
            {
                output.WriteLine(Line(stage, now, StageText.Slice(stage)));
                _shown[stage.Stage] = (now, stage);
            }
        }

        if (progress.Stopping && !_toldOfStop)
        {
            _toldOfStop = true;
            output.WriteLine(StoppingLine);
        }

        output.Flush();
    }

    private static string End(StageProgress stage) => stage.State switch
    {
        StageState.Done => $"done in {Words.Of(stage.Ended - stage.Started)}",
        StageState.Failed => "failed",
        _ => "stopped",
    };

    private static string Line(StageProgress stage, TimeSpan now, string first)
    {
        var count = stage is { Total: > 0, Stage: Stage.Pretraining } ? $"step {StageText.Count(stage)}" : StageText.Count(stage);
        return Words.Joined([StageText.Name(stage), first, count, .. StageText.Figures(stage), StageText.Left(stage, now)]);
    }
}

/// <summary>Lines about the dataset, cut to the terminal: what wraps, or does not fit, cannot be drawn anew at its place.</summary>
internal static class DataLines
{
    /// <param name="height">How many lines there is room for; below 1 for none.</param>
    public static IReadOnlyList<string> Fitting(IReadOnlyList<string> lines, int width, int height)
    {
        if (height < 1)
            return [];
        IEnumerable<string> shown = lines.Count <= height
            ? lines : [.. lines.Take(height - 1), $"and {lines.Count - height + 1} more lines: 'status --data' shows all"];
        return [.. shown.Select(line => Fitting(line, width))];
    }

    // By cells, not letters: some letters take two.
    private static string Fitting(string line, int width) =>
        new Segment(line).CellCount() <= width ? line : (Segment.Truncate(new Segment(line), Math.Max(width - 1, 1))?.Text ?? "") + "…";
}
