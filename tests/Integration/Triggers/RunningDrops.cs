using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Services;
using Pipeline.Triggers;
using Pipeline.Triggers.Queue;
using Pipeline.Triggers.Recording;
using Pipeline.Triggers.Webhook;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Triggers;

/// <summary>Webhook, queue, recorder and watcher in one process, on a virtual host and a store of their own.</summary>
internal sealed class RunningDrops : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The bus passes a trace on only where somebody listens to it, as the services' telemetry does.</summary>
    private static readonly ActivityListener Traces = new()
    {
        ShouldListenTo = source => source.Name == "MassTransit",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    static RunningDrops() => ActivitySource.AddActivityListener(Traces);

    private readonly WebApplication _app;
    private readonly IConnection _connection;
    private readonly string _folder;

    private RunningDrops(WebApplication app, IConnection connection, IChannel channel, string folder)
    {
        _app = app;
        _connection = connection;
        Channel = channel;
        _folder = folder;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    /// <summary>With confirms.</summary>
    public IChannel Channel { get; }

    public IArtifactStore Store => _app.Services.GetRequiredService<IArtifactStore>();

    public static async Task<RunningDrops> StartAsync(SharedServers servers, params (string Name, string Value)[] settings)
    {
        var rabbit = await servers.RabbitMqAsync();
        var folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Host"] = rabbit.Host,
            ["Bus:Port"] = $"{rabbit.Port}",
            ["Bus:VirtualHost"] = await rabbit.CreateVirtualHostAsync(),
            ["Bus:User"] = rabbit.User,
            ["Bus:Password"] = rabbit.Password,
            ["Lake:Locations:0:Url"] = "s3://landing",
            ["Lake:Locations:0:Folder"] = Directory.CreateDirectory(Path.Combine(folder, "lake")).FullName,
            ["Webhook:AllowAnonymous"] = "true",
            ["Drops:Pause"] = "00:00:00.050",
            ["Drops:MaxPause"] = "00:00:00.200",
            ["Drops:WatchInterval"] = "00:00:00.100",
            ["Drops:Quiet"] = "01:00:00",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Services.AddSingleton<IArtifactStore>(new FolderArtifactStore(folder));
        builder.Services.AddPipelineCore().AddRabbitMqBus(_ => { }).AddTriggers();
        var app = builder.Build();
        app.MapWebhook();
        await app.StartAsync();
        var connection = await app.Services.GetRequiredService<BrokerConnection>().OpenAsync("test", default);
        var channel = await DropQueues.ConfirmedChannelAsync(connection, default);
        return new RunningDrops(app, connection, channel, folder);
    }

    public Task SendAsync(string body, Dictionary<string, object?>? headers = null, string type = "application/json") =>
        DropQueues.PublishAsync(Channel, new BasicProperties { Headers = headers, ContentType = type }, Encoding.UTF8.GetBytes(body),
            default);

    public async Task<HttpResponseMessage> PostAsync(string body, string? traceparent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            WebhookRoutes.Path)
        { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (traceparent is not null)
            request.Headers.Add("traceparent", traceparent);

        return await Client.SendAsync(request);
    }

    /// <summary>Lines of all pending records.</summary>
    public async Task<List<string>> PendingAsync()
    {
        var lines = new List<string>();
        await foreach (var info in Store.ListAsync(DropKeys.Pending))
        {
            await using var stream = await Store.OpenReadAsync(info.Key);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync() is { } line)
                lines.Add(line);
        }

        return lines;
    }

    /// <summary>The next entry of the error queue, which is waited for.</summary>
    public async Task<(string Body, IDictionary<string, object?> Headers)> ErrorAsync()
    {
        BasicGetResult? found = null;
        await UntilAsync(async () => (found = await Channel.BasicGetAsync(DropQueues.ErrorName, autoAck: true)) is not null);
        return (Encoding.UTF8.GetString(found!.Body.Span), found.BasicProperties.Headers!);
    }

    /// <summary>The next command to ingest a dataset, which is waited for.</summary>
    public async Task<(string Body, string? Traceparent)> CommandAsync()
    {
        BasicGetResult? found = null;
        await UntilAsync(async () => (found = await Channel.BasicGetAsync("ingest-dataset", autoAck: true)) is not null);
        return (Encoding.UTF8.GetString(found!.Body.Span), AmqpHeaders.Text(found.BasicProperties.Headers, "MT-Activity-Id"));
    }

    public Task<uint> ErrorsAsync() => Channel.MessageCountAsync(DropQueues.ErrorName);

    /// <summary>While it lasts, the store takes nothing below <c>drops</c>: there is a file where the folder should be.</summary>
    public void TakeStoreAway() => File.WriteAllText(Path.Combine(_folder, "drops"), "");

    public void GiveStoreBack() => File.Delete(Path.Combine(_folder, "drops"));

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, "It did not come about in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
