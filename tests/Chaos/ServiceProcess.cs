using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Chaos;

/// <summary>One service as its own process, as a container would run it: only so can it be killed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly Task _copying;

    private ServiceProcess(string service, int port, Process process, string log)
    {
        Service = service;
        Port = port;
        this._process = process;
        _copying = CopyAsync(process, log);
    }

    /// <summary>Such as <c>Pretraining</c>.</summary>
    public string Service { get; }

    public int Port { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <param name="service">Such as <c>Pretraining</c>.</param>
    /// <param name="settings">Without their prefix: <c>Bus__Host</c>.</param>
    /// <param name="log">File that its output is added to.</param>
    public static ServiceProcess Start(string service, IReadOnlyDictionary<string, string> settings, string log)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"Pipeline.{service}.dll")])
        {
            WorkingDirectory = Path.GetDirectoryName(log)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var port = FreePort();
        foreach (var (name, value) in settings)
        {
            start.Environment["PIPELINE_" + name] = value;
        }

        start.Environment["PIPELINE_Http__Port"] = $"{port}";
        return new ServiceProcess(service, port, Process.Start(start)!, log);
    }

    /// <summary>Waits until the service says that bus and store answer.</summary>
    public async Task ReadyAsync()
    {
        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(Patience);
        while (!_process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://localhost:{Port}/health/ready"), patience.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(Glance, patience.Token);
        }

        throw new InvalidOperationException($"{Service} ended with exit code {_process.ExitCode} before it was ready.");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops it in the middle of whatever it does, until <see cref="Thaw"/>.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    /// <summary>SIGTERM, as a container's host sends it.</summary>
    /// <returns>How long it took to end.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var clock = Stopwatch.GetTimestamp();
        if (!_process.HasExited)
        {
            Signal("TERM");
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token);
        }

        return Stopwatch.GetElapsedTime(clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync();
        await _copying;
        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task CopyAsync(Process process, string log)
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using var writer = TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true });
        await Task.WhenAll(LinesAsync(process.StandardOutput), LinesAsync(process.StandardError));

        async Task LinesAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
                await writer.WriteLineAsync(line);
        }
    }
}
