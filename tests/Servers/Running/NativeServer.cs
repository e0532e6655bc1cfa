using System.Diagnostics;

namespace Pipeline.Tests.Servers.Running;

/// <summary>A server as a process group of this machine, all its files in one folder, which goes with it.</summary>
internal sealed class NativeServer : IServerInstance
{
    private const string Log = "log";
    private const int LastLines = 20;

    private readonly string _folder;
    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string[] _command;
    private readonly Guard _guard;
    private Process? _leader;

    /// <param name="folder">Taken over: removed at the end.</param>
    /// <param name="data">Where its data lies below the folder.</param>
    /// <param name="environment">Added to what this process has.</param>
    public NativeServer(string folder, string data, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment)
    {
        _folder = folder;
        _data = data;
        _environment = environment;
        // A session of its own, so that its process id names the group, and no signal of a terminal reaches it.
        _command = ["setsid", "sh", "-c", $"exec \"$@\" >>{Log} 2>&1 </dev/null", "sh", .. command];
        _guard = Guard.Start("""[ -z "$last" ] || kill -KILL "-$last" 2>/dev/null; rm -rf -- "$1" """, folder);
    }

    public async Task StartAsync()
    {
        _leader?.Dispose();
        _leader = Process.Start(Program(_folder, _command))!;
        await _guard.TellAsync(_leader.Id.ToString());
    }

    public Task KillAsync() => EndAsync(SignalGroupAsync);

    public Task StopAsync() => EndAsync(async leader =>
    {
        await Command.RunAsync("kill", "-TERM", leader.Id.ToString());
        await leader.WaitForExitAsync();
        await SignalGroupAsync(leader);
    });

    public async Task<string?> LastWordsAsync() => _leader is { HasExited: false }
        ? null
        : string.Join('\n', (await File.ReadAllLinesAsync(Path.Combine(_folder, Log))).TakeLast(LastLines));

    public Task<Command?> RunInsideAsync(params IReadOnlyList<string> command) =>
        Command.TryRunAsync(Program(Path.Combine(_folder, _data), command));

    public async ValueTask DisposeAsync()
    {
        await _guard.DisposeAsync();
        if (_leader is not null)
        {
            await _leader.WaitForExitAsync();
            _leader.Dispose();
        }
    }

    /// <summary>The leader may have ended before; the rest of its group has not.</summary>
    private static Task<Command?> SignalGroupAsync(Process leader) => Command.TryRunAsync("kill", "-KILL", "--", $"-{leader.Id}");

    private ProcessStartInfo Program(string folder, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = folder };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task EndAsync(Func<Process, Task> ending)
    {
        var leader = _leader ?? throw new InvalidOperationException("The server was not started.");
        await ending(leader);
        await leader.WaitForExitAsync();
        await _guard.TellAsync("");
    }
}
