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

    private readonly RabbitMqServer broker;
    private readonly BlobContainerClient store;
    private readonly string virtualHost;
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-benchmark-").FullName;
    private string? runFolder;

    private ServicesRun(RabbitMqServer broker, AzuriteServer azurite, string virtualHost, IEnumerable<(string Name, string Value)> change)
    {
        this.broker = broker;
        this.virtualHost = virtualHost;
        store = new BlobContainerClient(azurite.ConnectionString, $"benchmark-{Guid.NewGuid():n}");
        var settings = Fleet.Settings(broker, azurite, virtualHost, store.Name, Path.Combine(folder, "cache"));
        foreach (var (name, value) in change)
        {
            settings[name] = value;
        }

        Fleet = new Fleet(settings, folder);
    }

    public Fleet Fleet { get; }

    public static async Task<ServicesRun> OpenAsync(RabbitMqServer broker, AzuriteServer azurite, params IEnumerable<(string Name, string Value)> change) =>
        new(broker, azurite, await broker.CreateVirtualHostAsync(), change);

    public async Task SendAsync(string queue, IEnumerable<string> messages)
    {
        var factory = new ConnectionFactory { HostName = broker.Host, Port = broker.Port, UserName = broker.User, Password = broker.Password, VirtualHost = virtualHost };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var message in messages)
        {
            await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(message));
        }
    }

    /// <summary>Waits for an artifact of the one run there is. A look is one small request, so that looking costs the services nothing to speak of.</summary>
    public async Task WrittenAsync(string file)
    {
        while (runFolder is null)
        {
            runFolder = await RunsAsync() is [var first, ..] ? first : null;
            await Task.Delay(Glance);
        }

        await WrittenAsync(runFolder, file);
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
        {
            await WrittenAsync(run, file);
        }
    }

    /// <summary>Folders of the runs that there are, each with a slash at its end.</summary>
    public async Task<IReadOnlyList<string>> RunsAsync()
    {
        var runs = new List<string>();
        if (await store.ExistsAsync())
        {
            await foreach (var found in store.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", "runs/", CancellationToken.None))
            {
                runs.Add(found.Prefix);
            }
        }

        return runs;
    }

    public async Task<int> CountAsync(string file)
    {
        var count = 0;
        if (await store.ExistsAsync())
        {
            await foreach (var blob in store.GetBlobsAsync(BlobTraits.None, BlobStates.None, "runs/", CancellationToken.None))
            {
                count += blob.Name.EndsWith("/" + file, StringComparison.Ordinal) ? 1 : 0;
            }
        }

        return count;
    }

    public async Task<JsonElement> ReadAsync(string file) =>
        JsonSerializer.Deserialize<JsonElement>((await store.GetBlobClient(runFolder + file).DownloadContentAsync()).Value.Content);

    /// <summary>Resident memory of each service now, in bytes.</summary>
    public IReadOnlyDictionary<string, long> Memory() => Fleet.Processes.ToDictionary(process => process.Service, process =>
    {
        using var running = Process.GetProcessById(process.Id);
        return running.WorkingSet64;
    });

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task WrittenAsync(string run, string file)
    {
        while (!await store.GetBlobClient(run + file).ExistsAsync())
        {
            await Task.Delay(Glance);
        }
    }
}
