using Pipeline.Cli.Results;
using Spectre.Console;

namespace Pipeline.Cli.Progress;

/// <summary>What was understood of the dataset and a line for each stage, drawn anew several times a second.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : RunDisplay
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);
    private const int BarWidth = 20;

    /// <summary>For two Ctrl-C, which the terminal echoes at the end of a line, so that it does not wrap.</summary>
    private const int EchoWidth = 5;

    public override Task ShowAsync(RunProgress progress, CancellationToken ended) =>
        console.Live(Draw(progress)).AutoClear(false).Overflow(VerticalOverflow.Crop)
            .StartAsync(live => RepeatAsync(() => live.UpdateTarget(Draw(progress)), Frame, ended));

    private Rows Draw(RunProgress progress)
    {
        var (now, stages) = (progress.Now, progress.Stages);
        var width = stages.Max(stage => StageText.Count(stage).Length);
        // Two lines are left for the one about stopping and that of the cursor.
        var data = DataLines.Fitting(progress.Data, console.Profile.Width, console.Profile.Height - stages.Count - 2);
        List<Paragraph> lines = [.. data.Select(line => new Paragraph(line)), .. stages.Select(stage => Line(stage, now, width))];
        if (progress.Stopping)
            lines.Add(new Paragraph(StoppingLine, new Style(Color.Yellow)));
        return new Rows(lines);
    }

    // Cut at the terminal's edge: a line that wraps would be drawn at the wrong place.
    private Paragraph Line(StageProgress stage, TimeSpan now, int countWidth)
    {
        var (mark, color) = stage.State switch
        {
            StageState.Running => ("▸", Color.Aqua),
            StageState.Done => ("✓", Color.Green),
            StageState.Failed => ("✗", Color.Red),
            StageState.Stopped => ("■", Color.Yellow),
            _ => (" ", Color.Grey),
        };
        var filled = (int)Math.Round(stage.Share * BarWidth);
        var time = stage.State switch
        {
            StageState.Waiting => "",
            StageState.Running => Words.Of(now - stage.Started),
            _ => Words.Of(stage.Ended - stage.Started),
        };
        var (plain, dim) = (new Style(stage.State == StageState.Waiting ? Color.Grey : null), new Style(Color.Grey));
        var line = new Paragraph();
        var room = console.Profile.Width - EchoWidth;
        Append($"{mark} ", new Style(color));
        Append(StageText.Name(stage) + "  ", plain);
        Append(new string('━', filled), new Style(color));
        Append(new string('─', BarWidth - filled), dim);
        Append($"  {StageText.Count(stage).PadLeft(countWidth)}  {time,5}", plain);
        Append("  " + Words.Joined([StageText.Left(stage, now), StageText.Slice(stage), .. StageText.Figures(stage)]), dim);
        return line;

        void Append(string text, Style style)
        {
            var shown = text.Length <= room ? text : text[..Math.Max(0, room)];
            room -= shown.Length;
            line.Append(shown, style);
        }
    }
}
