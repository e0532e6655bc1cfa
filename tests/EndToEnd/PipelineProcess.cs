using System.Diagnostics;
using System.Threading.Channels;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>The command line as its own process, as a person starts it: only so can it be killed.</summary>
public sealed class PipelineProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Whether this system's env can undo that a shell has its background jobs ignore Ctrl-C, which their children inherit:
    /// the tests may be such a job.</summary>
    private static readonly Lazy<bool> HeedsInterrupts = new(() => Succeeds("env", "--default-signal=INT", "true"));

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private PipelineProcess(Process process)
    {
        this._process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="environment">Settings, without their prefix: <c>Pretraining__SliceBudget</c>.</param>
    public static PipelineProcess Start(string folder, IReadOnlyDictionary<string, string> environment,
        params IEnumerable<string> arguments) =>
        HeedsInterrupts.Value
        ? Start("env", folder, environment, ["--default-signal=INT", "dotnet", Program, .. arguments])
        : Start("dotnet", folder, environment, [Program, .. arguments]);

    /// <summary>Within a file system of its own at <paramref name="store"/> that holds so many bytes.</summary>
    public static PipelineProcess StartOnSmallDisk(string folder, string store, int kilobytes, params IEnumerable<string> arguments) =>
        Start("unshare", folder, new Dictionary<string, string>(), [
            "-rm", "sh", "-c", $"mount -t tmpfs -o size={kilobytes}k tmpfs \"$0\" && exec dotnet \"$@\"", store, Program, .. arguments]);

    public static PipelineProcess StartWithTemporaryFolder(string folder, string temporary, params IEnumerable<string> arguments) =>
        Start("env", folder, new Dictionary<string, string>(), [$"TMPDIR={temporary}", "dotnet", Program, .. arguments]);

    public static bool CanMountSmallDisks()
    {
        if (!OperatingSystem.IsLinux())
            return false;

        return Succeeds("unshare", "-rm", "true");
    }

    private static bool Succeeds(string file, params string[] arguments)
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Waits for a line that starts with this, however many spaces its words are apart.</summary>
    public async Task SeeAsync(string start)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).StartsWith(start, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"The process ended without a line '{start}':\n{string.Join('\n', _output)}\n{await _errors}");
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, as a container's host sends it.</summary>
    public void Terminate() => Send("-TERM");

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public void Interrupt() => Send("-INT");

    private void Send(string signal) => Process.Start("kill", [signal, _process.Id.ToString()]).WaitForExit();

    public async Task<Ended> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return new Ended(_process.ExitCode, _output, (await _errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        _process.Dispose();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Pipeline.Cli.dll");

    private static PipelineProcess Start(string file, string folder, IReadOnlyDictionary<string, string> environment,
        IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var (name, value) in environment)
        {
            start.Environment["PIPELINE_" + name] = value;
        }

        return new PipelineProcess(Process.Start(start)!);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.Add(line);
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }
}

public sealed record Ended(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    public override string ToString() => $"exit code {ExitCode}\n{string.Join('\n', Output)}\n{string.Join('\n', Errors)}";
}
