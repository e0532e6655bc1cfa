using Pipeline.Cli.Results;
using Spectre.Console;

namespace Pipeline.Cli.Progress;

/// <summary>What was understood of the dataset and a line for each stage, drawn anew several times a second.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : IRunDisplay
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);
    private const int BarWidth = 20;

    /// <summary>For two Ctrl-C, which the terminal echoes at the end of a line: one that wraps would be drawn anew at the wrong
    /// place.</summary>
    private const int EchoWidth = 5;

    public Task ShowAsync(RunProgress progress, CancellationToken ended) =>
        console.Live(Draw(progress)).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            while (!ended.IsCancellationRequested)
            {
                live.UpdateTarget(Draw(progress));
                await Task.Delay(Frame, ended)
                    .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            live.UpdateTarget(Draw(progress));
        });

    private Rows Draw(RunProgress progress)
    {
        var (now, stages) = (progress.Now, progress.Stages);
        var width = stages.Max(stage => StageText.Count(stage).Length);
        // Above them there is room for the line about stopping and that of the cursor too.
        List<Paragraph> lines =
            [.. DataLines.Fitting(progress.Data, console.Profile.Width, console.Profile.Height - stages.Count - 2)
                .Select(line => new Paragraph(line)), .. stages.Select(stage => Line(stage, now, width))];
        if (progress.Stopping)
            lines.Add(new Paragraph("Stopping when the work in hand is safe; a second Ctrl-C ends at once.", new Style(Color.Yellow)));
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
        Append(StageText.Name(stage), plain);
        Append("  ", plain);
        Append(new string('━', filled), new Style(color));
        Append(new string('─', BarWidth - filled), dim);
        Append($"  {StageText.Count(stage).PadLeft(countWidth)}  {time,5}", plain);
        Append("  " + string.Join("  ", StageText.Figures(stage).Prepend(StageText.Slice(stage)).Prepend(StageText.Left(stage, now))
            .Where(part => part.Length > 0)), dim);
        return line;

        void Append(string text, Style style)
        {
            var shown = text.Length <= room ? text : text[..Math.Max(0, room)];
            room -= shown.Length;
            line.Append(shown, style);
        }
    }
}
