using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Cli.Results;

/// <summary>Reads again and again how far the runs are: a table that is drawn anew on a terminal, what has changed elsewhere.</summary>
internal sealed class StatusWatch(Func<CancellationToken, Task<IReadOnlyList<RunStatus>>> read, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public async Task WriteChangesAsync(TextWriter output, bool json, CancellationToken ended)
    {
        var known = new Dictionary<string, RunStatus>();
        await RepeatAsync(runs =>
        {
            // Oldest first, so that the newest stands last.
            foreach (var run in runs.Reverse().Where(run => !known.TryGetValue(run.RunId, out var before) || before != run))
            {
                known[run.RunId] = run;
                output.WriteLine(json ? JsonSerializer.Serialize(run, PipelineJson.Compact) : Words.Joined(run.Cells));
            }

            output.Flush();
        }, ended);
    }

    public Task ShowTableAsync(IAnsiConsole console, CancellationToken ended) =>
        console.Live(new Text("")).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(live => RepeatAsync(
            runs =>
            {
                using var table = new StringWriter();
                RunStatus.WriteTable(table, runs);
                live.UpdateTarget(new Text(table.ToString()).Overflow(Overflow.Ellipsis));
            },
            ended));

    private async Task RepeatAsync(Action<IReadOnlyList<RunStatus>> show, CancellationToken ended)
    {
        try
        {
            using var timer = new PeriodicTimer(Pause, clock);
            do
            {
                show(await read(ended));
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Whoever watches has seen enough.
        }
    }
}
