using Spectre.Console;

namespace Pipeline.Cli.Progress;

/// <summary>Shows a run's progress until it is told that the run has ended.</summary>
internal interface IRunDisplay
{
    Task ShowAsync(RunProgress progress, CancellationToken ended);
}

/// <summary>Which display suits the console.</summary>
internal static class RunDisplay
{
    public static IRunDisplay ForThisConsole() => IsTerminal() ? new LiveDisplay(AnsiConsole.Console) : new PlainDisplay(Console.Out);

    public static bool IsTerminal() =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };
}
