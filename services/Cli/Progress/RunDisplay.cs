using Spectre.Console;

namespace Pipeline.Cli.Progress;

/// <summary>Shows a run's progress until it is told that the run has ended.</summary>
internal abstract class RunDisplay
{
    protected const string StoppingLine = "Stopping when the work in hand is safe; a second Ctrl-C ends at once.";

    public static bool IsTerminal() =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Shows a run on this console while somebody waits for its end.</summary>
    /// <param name="wait">Gives null where the wait was ended before the run.</param>
    public static async Task<RunOutcome?> FollowAsync(RunProgress progress, Func<Task<RunOutcome?>> wait)
    {
        RunDisplay display = IsTerminal() ? new LiveDisplay(AnsiConsole.Console) : new PlainDisplay(Console.Out);
        using var ended = new CancellationTokenSource();
        var showing = display.ShowAsync(progress, ended.Token);
        var outcome = await wait();
        if (outcome is not null)
            progress.End(outcome);
        await ended.CancelAsync();
        await showing;
        return outcome;
    }

    public abstract Task ShowAsync(RunProgress progress, CancellationToken ended);

    protected static async Task RepeatAsync(Action show, TimeSpan pause, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            show();
            await Task.Delay(pause, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        show();
    }
}
