using System.Diagnostics;

namespace Pipeline.Tests.Servers.Running;

/// <summary>A shell that cleans up when this process lets go of it, also by being killed: it waits for the end of its standard input and
/// then runs a script, which finds the last line that it was told in <c>$last</c>.</summary>
internal sealed class Guard : IAsyncDisposable
{
    private readonly Process _shell;

    private Guard(Process shell) => _shell = shell;

    /// <param name="arguments">The script's <c>$1</c>, <c>$2</c>, …</param>
    public static Guard Start(string script, params IEnumerable<string> arguments)
    {
        // Signals of a terminal go to all its processes; this one has to outlive them.
        var whole = $"trap '' HUP INT TERM; last=; while read -r line; do last=$line; done; {script}";
        return new Guard(Process.Start(new ProcessStartInfo("sh", ["-c", whole, "sh", .. arguments]) { RedirectStandardInput = true })!);
    }

    /// <summary>Replaces the line that the script will find.</summary>
    public async Task TellAsync(string line)
    {
        await _shell.StandardInput.WriteLineAsync(line);
        await _shell.StandardInput.FlushAsync();
    }

    /// <summary>Runs the script and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
