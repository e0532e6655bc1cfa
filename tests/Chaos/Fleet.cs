using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Chaos;

/// <summary>The services as processes, on one broker and one store. Any of them may be there more than once.</summary>
/// <param name="settings">Of all services, without their prefix.</param>
/// <param name="logs">Folder for a file of each service's output.</param>
/// <param name="users">Whether each service is a broker's user of its own, as deploy/rabbitmq/definitions.json has them.</param>
public sealed class Fleet(IReadOnlyDictionary<string, string> settings, string logs, bool users = false) : IAsyncDisposable
{
    private readonly List<ServiceProcess> _processes = [];

    /// <summary>The services that a run passes through.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["Ingestion", "PseudoLabels", "Pretraining", "FineTuning", "Evaluation"];

    /// <summary>All services: also the one that hears of drops.</summary>
    public static IReadOnlyList<string> Services { get; } = ["Triggers", .. Stages];

    public IReadOnlyList<ServiceProcess> Processes => _processes;

    /// <summary>Settings of services on these servers, without their prefix.</summary>
    public static Dictionary<string, string> Settings(RabbitMqServer broker, AzuriteServer store, string virtualHost, string container,
        string cache) => new()
        {
            ["Bus__Host"] = broker.Host,
            ["Bus__Port"] = $"{broker.Port}",
            ["Bus__VirtualHost"] = virtualHost,
            ["Bus__User"] = broker.User,
            ["Bus__Password"] = broker.Password,
            ["Store__Blob__ConnectionString"] = store.ConnectionString,
            ["Store__Blob__Container"] = container,
            ["Store__Cache__Folder"] = cache,
            ["Lake__AnyFolder"] = "true",
            ["Webhook__AllowAnonymous"] = "true",
            ["Torch__Device"] = "cpu",
            ["Torch__Threads"] = "1",
        };

    public Task StartAllAsync() => Task.WhenAll(Services.Select(StartAsync));

    public Task StartAsync(string service)
    {
        var started = ServiceProcess.Start(service, SettingsOf(service), Path.Combine(logs, $"{service}.log"));
        lock (_processes)
            _processes.Add(started);

        return started.ReadyAsync();
    }

    /// <summary>Ends one process of a service by kill -9.</summary>
    public async Task KillAsync(string service) => await RemoveAsync(service, async process =>
    {
        await process.KillAsync();
        return TimeSpan.Zero;
    });

    /// <summary>Ends one process of a service by SIGTERM.</summary>
    /// <returns>How long it took.</returns>
    public Task<TimeSpan> TerminateAsync(string service) => RemoveAsync(service, process => process.TerminateAsync());

    /// <summary>Ends all processes by SIGTERM.</summary>
    public async Task TerminateAllAsync()
    {
        while (_processes.Count > 0)
            await TerminateAsync(_processes[^1].Service);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();

        _processes.Clear();
    }

    private Dictionary<string, string> SettingsOf(string service)
    {
        var own = new Dictionary<string, string>(settings);
        if (users)
        {
            var user = JsonNamingPolicy.KebabCaseLower.ConvertName(service);
            (own["Bus__User"], own["Bus__Password"], own["Bus__DeployTopology"]) = (user, $"{user}-development", "false");
        }

        return own;
    }

    private async Task<TimeSpan> RemoveAsync(string service, Func<ServiceProcess, Task<TimeSpan>> end)
    {
        var process = _processes.Find(process => process.Service == service) ?? throw new InvalidOperationException($"No {service} runs.");
        var took = await end(process);
        lock (_processes)
            _processes.Remove(process);

        await process.DisposeAsync();
        return took;
    }
}
