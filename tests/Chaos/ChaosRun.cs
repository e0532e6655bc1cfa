using System.Diagnostics;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Hosting.Bus;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Tests.Chaos;

/// <summary>What a run under faults ended in.</summary>
/// <param name="Faults">How many were done to it, by kind.</param>
/// <param name="Problems">What should not be: another finding, something in an error queue, something lost. Empty for a good end.</param>
/// <param name="SlowestStop">The longest that a service took to end after SIGTERM.</param>
public sealed record ChaosOutcome(IReadOnlyDictionary<FaultKind, int> Faults, IReadOnlyList<string> Problems, TimeSpan SlowestStop,
    TimeSpan Time);

/// <summary>One run of the tiny experiment through all services, on a virtual host and a container of its own,
/// while things go wrong.</summary>
public sealed class ChaosRun(RabbitMqServer broker, AzuriteServer store, TinyExperiment experiment, TextWriter log) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private const int MostReordered = 20;

    private readonly Dictionary<FaultKind, int> _done = [];
    private readonly List<string> _problems = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly BlobContainerClient _container = new(store.ConnectionString, $"chaos-{Guid.NewGuid():n}");
    private string _virtualHost = "";
    private Fleet _fleet = null!;
    private Tap _tap = null!;
    private TimeSpan _slowestStop;

    private ConnectionFactory Connections => new()
    {
        HostName = broker.Host,
        Port = broker.Port,
        UserName = broker.User,
        Password = broker.Password,
        VirtualHost = _virtualHost,
        NetworkRecoveryInterval = TimeSpan.FromMilliseconds(500),
    };

    /// <param name="faults">In their order; taken as long as the run goes, at most <paramref name="most"/>.</param>
    /// <param name="findings">What has to come out.</param>
    public async Task<ChaosOutcome> RunAsync(IEnumerator<Fault> faults, int most, string findings)
    {
        _virtualHost = await broker.CreateVirtualHostAsync();
        var settings = Fleet.Settings(broker, store, _virtualHost, _container.Name, Path.Combine(experiment.Cache, _container.Name));
        foreach (var (name, value) in TinyExperiment.Settings)
        {
            settings[name] = value;
        }

        _fleet = new Fleet(settings, experiment.Logs);
        await _fleet.StartAllAsync();
        _tap = await Tap.OpenAsync(Connections);
        await SendAsync("run-experiment", experiment.Request);

        while (_done.Values.Sum() < most && faults.MoveNext())
        {
            await Task.Delay(faults.Current.After);
            if (await FindReportAsync() is not null)
                break;

            await DoAsync(faults.Current);
        }

        await EndAsync(findings);
        return new ChaosOutcome(_done, _problems, _slowestStop, _clock.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null)
            await _fleet.DisposeAsync();

        if (_tap is not null)
            await _tap.DisposeAsync();
    }

    private async Task DoAsync(Fault fault)
    {
        var what = fault.Kind switch
        {
            FaultKind.Kill => await EndAndStartAsync(fault, async () =>
            {
                await _fleet.KillAsync(fault.Service);
                return $"kill -9 of {fault.Service}";
            }),
            FaultKind.Terminate => await EndAndStartAsync(fault, async () =>
            {
                var took = await _fleet.TerminateAsync(fault.Service);
                _slowestStop = took > _slowestStop ? took : _slowestStop;
                return $"SIGTERM of {fault.Service}, ended in {took.TotalSeconds:0.0} s";
            }),
            FaultKind.KillBroker => await RestartBrokerAsync(fault),
            FaultKind.KillStore => await RestartStoreAsync(fault),
            FaultKind.Repeat => $"repeated a message of {await _tap.RepeatAsync(fault.Pick, service: null, times: 1) ?? "nobody"}",
            FaultKind.Reorder => $"reordered {await _tap.ReorderAsync(MostReordered)} messages",
            _ => await TwoWorkersAsync(fault),
        };
        _done[fault.Kind] = _done.GetValueOrDefault(fault.Kind) + 1;
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {_clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));
    }

    private async Task<string> EndAndStartAsync(Fault fault, Func<Task<string>> end)
    {
        var what = await end();
        await Task.Delay(fault.Pause);
        await _fleet.StartAsync(fault.Service);
        return what;
    }

    private async Task<string> RestartBrokerAsync(Fault fault)
    {
        await broker.KillAsync();
        await Task.Delay(fault.Pause);
        await broker.StartAgainAsync();
        await _tap.DisposeAsync();
        _tap = await Tap.OpenAsync(Connections, _tap);
        return "kill -9 of the broker";
    }

    private async Task<string> RestartStoreAsync(Fault fault)
    {
        // The emulator answers before it has stored: it saves every few seconds. A storage account does not,
        // so nobody may write from the last save to the kill.
        foreach (var process in _fleet.Processes)
            process.Freeze();

        await store.KillAsync();
        foreach (var process in _fleet.Processes)
            process.Thaw();

        await Task.Delay(fault.Pause);
        await store.StartAgainAsync();
        return "kill -9 of the store";
    }

    private async Task<string> TwoWorkersAsync(Fault fault)
    {
        await _fleet.StartAsync(fault.Service);
        var exchange = await _tap.RepeatAsync(fault.Pick, fault.Service, times: 2);
        return $"a second {fault.Service}, and two copies of a message of {exchange ?? "nobody"}";
    }

    /// <summary>Waits for the verdict and for every queue to be empty, then looks at what is there.</summary>
    private async Task EndAsync(string findings)
    {
        using var patience = new CancellationTokenSource(Patience);
        string? report = null;
        while (report is null && !patience.IsCancellationRequested)
        {
            report = await FindReportAsync();
            await Task.Delay(Glance);
        }

        if (report is null)
        {
            _problems.Add($"There is no verdict after {Patience.TotalMinutes} more minutes: {await WaitingAsync()}");
            return;
        }

        if (report != findings)
            _problems.Add($"The run found\n{report}\nand not\n{findings}");

        // What a stopped service had in hand is back in its queue: only then does a count tell everything.
        var settling = TimeSpan.Zero;
        for (var waiting = "?"; waiting.Length > 0; settling += Settling)
        {
            // A count does not tell what a service has in hand, and one that has just started needs a moment for it.
            await Task.Delay(settling);
            while ((waiting = await WaitingAsync()).Length > 0 && !patience.IsCancellationRequested)
                await Task.Delay(Glance);

            await _fleet.TerminateAllAsync();
            waiting = await WaitingAsync();
            if (waiting.Length > 0)
            {
                if (patience.IsCancellationRequested)
                {
                    _problems.Add($"Messages still wait: {waiting}");
                    break;
                }

                await _fleet.StartAllAsync();
            }
        }

        await CheckErrorsAsync();
        if (!_tap.Events.ContainsKey("verdict.reached"))
            _problems.Add("Nobody outside was told of the verdict.");

        if (_slowestStop > StopLimit)
        {
            _problems.Add(
                $"A service took {_slowestStop.TotalSeconds:0.0} s to end after SIGTERM; it must take at most {StopLimit.TotalSeconds:0} s.");
        }
    }

    private async Task CheckErrorsAsync()
    {
        await using var connection = await Connections.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in StageQueues.All.Select(feed => RabbitMqQueues.ErrorQueueOf(feed.Queue)).Distinct())
        {
            while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
            {
                var reason = message.BasicProperties.Headers?.TryGetValue("MT-Fault-Message", out var said) == true && said is byte[] text
                    ? Encoding.UTF8.GetString(text) : "delivered too often";
                _problems.Add($"{queue} holds a message: {reason}");
            }
        }
    }

    /// <returns>Queues with messages and how many; empty when there are none.</returns>
    private async Task<string> WaitingAsync()
    {
        try
        {
            await using var connection = await Connections.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            var waiting = new List<string>();
            foreach (var queue in StageQueues.All.Select(feed => feed.Queue).Distinct())
            {
                if (await channel.MessageCountAsync(queue) is > 0 and var count)
                    waiting.Add($"{queue} {count}");
            }

            return string.Join(", ", waiting);
        }
        catch (BrokerUnreachableException)
        {
            return "the broker does not answer";
        }
    }

    /// <returns>What the run found; null as long as it has no verdict.</returns>
    private async Task<string?> FindReportAsync()
    {
        try
        {
            await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "runs/", CancellationToken.None))
            {
                if (blob.Name.EndsWith("/5-verdict.json", StringComparison.Ordinal))
                {
                    var report = blob.Name.Replace("5-verdict.json", "report.json", StringComparison.Ordinal);
                    return TinyExperiment.Findings(
                        (await _container.GetBlobClient(report).DownloadContentAsync()).Value.Content.ToMemory());
                }
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // Nobody has made the container yet.
        }

        return null;
    }

    private async Task SendAsync(string queue, string json)
    {
        await using var connection = await Connections.CreateConnectionAsync();
        await using var channel =
            await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("", queue, mandatory: true,
            new BasicProperties { Persistent = true, ContentType = "application/json" }, Encoding.UTF8.GetBytes(json));
    }
}
