using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Tests.Chaos;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;

namespace Pipeline.Tests.Benchmarks.Services;

/// <summary>Services as processes on a virtual host and a container of their own, given commands as any program would.</summary>
internal sealed class ServicesRun : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly RabbitMqServer _broker;
    private readonly BlobContainerClient _store;
    private readonly string _virtualHost;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-benchmark-").FullName;
    private string? _runFolder;

    private ServicesRun(RabbitMqServer broker, AzuriteServer azurite, string virtualHost, IEnumerable<(string Name, string Value)> change)
    {
        this._broker = broker;
        this._virtualHost = virtualHost;
        _store = new BlobContainerClient(azurite.ConnectionString, $"benchmark-{Guid.NewGuid():n}");
        var settings = Fleet.Settings(broker, azurite, virtualHost, _store.Name, Path.Combine(_folder, "cache"));
        foreach (var (name, value) in change)
        {
            settings[name] = value;
        }

        Fleet = new Fleet(settings, _folder);
    }

    public Fleet Fleet { get; }

    public static async Task<ServicesRun> OpenAsync(RabbitMqServer broker, AzuriteServer azurite,
        params IEnumerable<(string Name, string Value)> change) =>
        new(broker, azurite, await broker.CreateVirtualHostAsync(), change);

    public async Task SendAsync(string queue, IEnumerable<string> messages)
    {
        var factory = new ConnectionFactory
        {
            HostName = _broker.Host,
            Port = _broker.Port,
            UserName = _broker.User,
            Password = _broker.Password,
            VirtualHost = _virtualHost
        };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel =
            await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var message in messages)
        {
            await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true },
                Encoding.UTF8.GetBytes(message));
        }
    }

    /// <summary>Waits for an artifact of the one run there is. A look is one small request,
    /// so that looking costs the services nothing to speak of.</summary>
    public async Task WrittenAsync(string file)
    {
        while (_runFolder is null)
        {
            _runFolder = await RunsAsync() is [var first, ..] ? first : null;
            await Task.Delay(Glance);
        }

        await WrittenAsync(_runFolder, file);
    }

    /// <summary>Waits for an artifact of each of so many runs that were not there before, by one small request at a time.</summary>
    /// <param name="before">Folders, as <see cref="RunsAsync"/> gives them.</param>
    public async Task WrittenAsync(string file, IReadOnlyList<string> before, int count)
    {
        IReadOnlyList<string> runs = [];
        while (runs.Count < count)
        {
            await Task.Delay(Glance);
            runs = [.. (await RunsAsync()).Except(before)];
        }

        foreach (var run in runs)
            await WrittenAsync(run, file);
    }

    /// <summary>Folders of the runs that there are, each with a slash at its end.</summary>
    public async Task<IReadOnlyList<string>> RunsAsync()
    {
        var runs = new List<string>();
        if (await _store.ExistsAsync())
        {
            await foreach (var found in _store.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", "runs/",
                CancellationToken.None))
            {
                runs.Add(found.Prefix);
            }
        }

        return runs;
    }

    public async Task<int> CountAsync(string file)
    {
        var count = 0;
        if (await _store.ExistsAsync())
        {
            await foreach (var blob in _store.GetBlobsAsync(BlobTraits.None, BlobStates.None, "runs/", CancellationToken.None))
                count += blob.Name.EndsWith("/" + file, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }

    public async Task<JsonElement> ReadAsync(string file) =>
        JsonSerializer.Deserialize<JsonElement>((await _store.GetBlobClient(_runFolder + file).DownloadContentAsync()).Value.Content);

    /// <summary>Resident memory of each service now, in bytes.</summary>
    public IReadOnlyDictionary<string, long> Memory() => Fleet.Processes.ToDictionary(process => process.Service, process =>
    {
        using var running = Process.GetProcessById(process.Id);
        return running.WorkingSet64;
    });

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WrittenAsync(string run, string file)
    {
        while (!await _store.GetBlobClient(run + file).ExistsAsync())
            await Task.Delay(Glance);
    }
}
