using System.Diagnostics;

namespace Pipeline.Tests.Servers.Running;

/// <summary>A program that runs to its end, and what it said.</summary>
/// <param name="Output">Of standard output and standard error, each trimmed.</param>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs it, whatever its exit code. Null: there is no such program.</summary>
    public static Task<Command?> TryRunAsync(string program, params IEnumerable<string> arguments) =>
        TryRunAsync(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="TryRunAsync(string, IEnumerable{string})"/>
    public static async Task<Command?> TryRunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Process started;
        try
        {
            started = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Command(process.ExitCode, (await output).Trim(), (await errors).Trim());
    }

    /// <summary>Runs it and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0, or is not there.</exception>
    public static async Task<string> RunAsync(string program, params IReadOnlyList<string> arguments) =>
        await TryRunAsync(program, arguments) switch
        {
            { ExitCode: 0 } command => command.Output,
            { } command =>
                throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', arguments)}' ended with exit code {command.ExitCode}: {command.Errors}"),
            null => throw new InvalidOperationException($"'{program}' is not installed."),
        };
}
