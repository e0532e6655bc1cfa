using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Pipeline.Tests.Chaos;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

/// <summary>Services as processes on a virtual host and containers of their own, with a connection to look at what they do.</summary>
public sealed class RunningFleet : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly RabbitMqServer _broker;
    private readonly string _virtualHost;
    private readonly IConnection _connection;

    private RunningFleet(
        RabbitMqServer broker, string virtualHost, Fleet fleet, IConnection connection, IChannel channel, BlobContainerClient store,
        BlobContainerClient lake, string folder)
    {
        this._broker = broker;
        this._virtualHost = virtualHost;
        Fleet = fleet;
        this._connection = connection;
        Channel = channel;
        Store = store;
        Lake = lake;
        Folder = folder;
    }

    public Fleet Fleet { get; }

    /// <summary>As the administrator, with confirms.</summary>
    public IChannel Channel { get; }

    public BlobContainerClient Store { get; }

    public BlobContainerClient Lake { get; }

    /// <summary>Logs and data of this fleet.</summary>
    public string Folder { get; }

    /// <param name="virtualHost">Null for a new one.</param>
    /// <param name="users">Whether each service is a user of its own.</param>
    /// <param name="change">What is set otherwise, without its prefix.</param>
    public static async Task<RunningFleet> OpenAsync(
        RabbitMqServer broker, AzuriteServer azurite, string? virtualHost = null, bool users = false,
        params (string Name, string Value)[] change)
    {
        virtualHost ??= await broker.CreateVirtualHostAsync();
        var store = new BlobContainerClient(azurite.ConnectionString, $"store-{Guid.NewGuid():n}");
        var lake = new BlobContainerClient(azurite.ConnectionString, $"lake-{Guid.NewGuid():n}");
        await lake.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("pipeline-services-").FullName;
        var settings = Fleet.Settings(broker, azurite, virtualHost, store.Name, Path.Combine(folder, "cache"));
        settings["Lake__Locations__0__Url"] = $"{azurite.BlobUri.ToString().TrimEnd('/')}/{lake.Name}";
        settings["Lake__Locations__0__ConnectionString"] = azurite.ConnectionString;
        settings["Drops__WatchInterval"] = "00:00:00.500";
        foreach (var (name, value) in TinyExperiment.Settings.Select(setting => (setting.Key, setting.Value)).Concat(change))
        {
            settings[name] = value;
        }

        var connection = await new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            UserName = broker.User,
            Password = broker.Password,
            VirtualHost = virtualHost,
        }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true,
            publisherConfirmationTrackingEnabled: true));
        return new RunningFleet(broker, virtualHost, new Fleet(settings, folder, users), connection, channel, store, lake, folder);
    }

    /// <summary>The lake's URL, as events and requests name it.</summary>
    public string LakeUrl => Lake.Uri.ToString().TrimEnd('/');

    /// <summary>Sends plain JSON to a queue, as any program would.</summary>
    public async Task SendAsync(string queue, string body, params (string Name, object Value)[] headers) => await Channel.BasicPublishAsync(
        "",
        queue,
        mandatory: true,
        new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            Headers = headers.ToDictionary(header => header.Name, header => (object?)header.Value)
        },
        Encoding.UTF8.GetBytes(body));

    /// <summary>A message of a queue, once there is one.</summary>
    public async Task<BasicGetResult> TakeAsync(string queue)
    {
        BasicGetResult? found = null;
        await SeeAsync($"a message in {queue}", async () => (found = await Channel.BasicGetAsync(queue, autoAck: true)) is not null);
        return found!;
    }

    /// <summary>Waits until a message of a queue has been handled to its end, as the broker counts; it counts every five seconds.</summary>
    public Task AcknowledgedAsync(string queue) => SeeAsync($"an acknowledged message of {queue}", async () =>
    {
        var counted = await _broker.Management.GetFromJsonAsync<JsonElement>($"queues/{_virtualHost}/{queue}");
        return counted.TryGetProperty("message_stats", out var stats) && stats.TryGetProperty("ack", out var acknowledged)
            && acknowledged.GetInt64() > 0;
    });

    /// <summary>A JSON artifact of the store, once it is there.</summary>
    /// <param name="end">Of its key.</param>
    public async Task<JsonElement> ArtifactAsync(string prefix, string end)
    {
        JsonElement found = default;
        await SeeAsync($"an artifact {prefix}…{end}", async () =>
        {
            if (!await Store.ExistsAsync())
                return false;

            await foreach (var blob in Store.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None,
                Azure.Storage.Blobs.Models.BlobStates.None, prefix, CancellationToken.None))
            {
                if (blob.Name.EndsWith(end, StringComparison.Ordinal))
                {
                    found = JsonSerializer.Deserialize<JsonElement>(
                        (await Store.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content);
                    return true;
                }
            }

            return false;
        });
        return found;
    }

    public static string? Header(BasicGetResult message, string name) =>
        message.BasicProperties.Headers?.TryGetValue(name, out var value) == true && value is byte[] bytes
        ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Lines that a service has logged so far.</summary>
    public IReadOnlyList<JsonElement> Log(string service)
    {
        using var file = new FileStream(Path.Combine(Folder, $"{service}.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith('{') && line.EndsWith('}')).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    /// <summary>Waits until something is so, and fails with what it waited for.</summary>
    public static async Task SeeAsync(string what, Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, $"Waited {Patience.TotalMinutes} minutes for {what}.");
            await Task.Delay(Glance, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
