using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Events;
using Pipeline.Tests.Chaos;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

/// <summary>From files in a container and Event Grid's word of them to the verdict: on the broker of deploy/rabbitmq/definitions.json,
/// each service as its own user.</summary>
public sealed class DropToVerdictTests(SharedServers servers)
{
    private const string VirtualHost = "pipeline";
    private const string Key = "a-key-of-sixteen-characters-or-more";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drop_told_to_the_webhook_twice_and_out_of_order_becomes_one_verdict_in_one_trace()
    {
        var deployed = Path.Combine(Repository(), "deploy", "rabbitmq");
        var settings = File.ReadLines(Path.Combine(deployed, "rabbitmq.conf"))
            .Where(line => !line.StartsWith('#') && !line.StartsWith("load_definitions", StringComparison.Ordinal));
        await using var broker = await RabbitMqServer.StartAsync(Path.Combine(deployed, "definitions.json"), [.. settings]);
        var port = ServiceProcess.FreePort();
        await using var fleet = await RunningFleet.OpenAsync(
            broker,
            await servers.AzuriteAsync(),
            VirtualHost,
            users: true,
            ("Webhook__AllowAnonymous", "false"),
            ("Webhook__Keys__0", Key),
            ("Webhook__Port", $"{port}"),
            ("Lake__AnyFolder", "false"));
        using var experiment = new TinyExperiment();
        await fleet.Fleet.StartAllAsync();
        var events = await ListenAsync(broker);

        await fleet.SendAsync("run-experiment", $$"""{ "experiment": {{experiment.Json}}, "onDrops": true }""");
        await fleet.ArtifactAsync("experiments/on-drop/tiny/", "tiny.json");
        var drop = await UploadAsync(fleet, experiment.Data);
        await PostAsync(fleet, port, [.. drop.Reverse(), .. drop]);

        await fleet.ArtifactAsync("runs/tiny-", "5-verdict.json");
        var told = new List<string>();
        var stages = new HashSet<string>();
        await RunningFleet.SeeAsync("the verdict as an event", async () =>
        {
            while (await events.BasicGetAsync("events-test", autoAck: true, Token) is { } said)
            {
                told.Add(said.RoutingKey);
                Assert.Equal("application/cloudevents+json", said.BasicProperties.ContentType);
                var body = JsonSerializer.Deserialize<JsonElement>(said.Body.Span);
                Assert.Equal("1.0", body.GetProperty("specversion").GetString());
                if (said.RoutingKey == "stage.done")
                    stages.Add(body.GetProperty("id").GetString()!);
            }

            return told.Contains("verdict.reached");
        });
        Assert.Equal("run.started", told[0]);
        Assert.Equal(Fleet.Stages.Count, stages.Count);
        // What was told twice may complete the drop twice; each time, a stage speaks once.
        Assert.InRange(told.Count(key => key == "stage.done"), Fleet.Stages.Count, 2 * Fleet.Stages.Count);

        var report = await fleet.ArtifactAsync("runs/tiny-", "report.json");
        Assert.Equal(await experiment.FindLocallyAsync(), TinyExperiment.Findings(JsonSerializer.SerializeToUtf8Bytes(report)));
        AssertOneTrace(fleet);
        await AssertMeasuredAsync(fleet);
        await AssertNoErrorsAsync(fleet);
    }

    /// <summary>The files of a folder, then _SUCCESS, in the dataset's place; as Event Grid tells of them.</summary>
    private static async Task<IReadOnlyList<object>> UploadAsync(RunningFleet fleet, string folder)
    {
        var events = new List<object>();
        foreach (var file in Directory.EnumerateFiles(folder).Order().Select(Path.GetFileName).Append("_SUCCESS"))
        {
            var content = file == "_SUCCESS" ? [] : await File.ReadAllBytesAsync(Path.Combine(folder, file!), Token);
            await fleet.Lake.UploadBlobAsync($"tiny/{file}", new BinaryData(content), Token);
            events.Add(new
            {
                topic = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/lake",
                subject = $"/blobServices/default/containers/{fleet.Lake.Name}/blobs/tiny/{file}",
                eventType = "Microsoft.Storage.BlobCreated",
                eventTime = DateTimeOffset.UtcNow,
                id = Guid.NewGuid(),
                data = new
                {
                    api = "PutBlob",
                    contentLength = content.Length,
                    blobType = "BlockBlob",
                    url = $"{fleet.LakeUrl}/tiny/{file}",
                    sequencer = $"{events.Count:x32}"
                },
                dataVersion = "",
                metadataVersion = "1",
            });
        }

        return events;
    }

    private static async Task PostAsync(RunningFleet fleet, int port, IReadOnlyList<object> events)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        var health = fleet.Fleet.Processes.Single(process => process.Service == "Triggers").Port;
        using var elsewhere = await client.PostAsJsonAsync($"http://localhost:{health}/webhook/drops?code={Key}", events, Token);
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Token);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (elsewhere.StatusCode, ready.StatusCode));
        using var refused = await client.PostAsJsonAsync("/webhook/drops", events, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        foreach (var half in events.Chunk((events.Count + 1) / 2))
        {
            using var taken = await client.PostAsJsonAsync($"/webhook/drops?code={Key}", half, Token);
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        Assert.DoesNotContain(Key, await File.ReadAllTextAsync(Path.Combine(fleet.Folder, "Triggers.log"), Token));
    }

    private static async Task<IChannel> ListenAsync(RabbitMqServer broker)
    {
        // As the rest of the MLOps workflow would: as a user that may do nothing else.
        var connection = await new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            UserName = "listener",
            Password = "listener-development",
            VirtualHost = VirtualHost,
        }.CreateConnectionAsync(Token);
        var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await channel.QueueDeclareAsync("events-test", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        await channel.QueueBindAsync("events-test", OutgoingEventsConsumer.Exchange, "#", cancellationToken: Token);
        return channel;
    }

    /// <summary>The trace that reached the verdict is on lines of all services that a run passes through.</summary>
    private static void AssertOneTrace(RunningFleet fleet)
    {
        var traces = Fleet.Stages.Select(service => fleet.Log(service)
            .Where(line => line.TryGetProperty("@tr", out _) && line.TryGetProperty("RunId", out _))
            .Select(line =>
            {
                Assert.False(string.IsNullOrEmpty(line.GetProperty("Stage").GetString()));
                return line.GetProperty("@tr").GetString()!;
            })
            .ToHashSet());
        Assert.NotEmpty(traces.Skip(1).Aggregate((one, other) => [.. one.Intersect(other)]));
    }

    private static async Task AssertMeasuredAsync(RunningFleet fleet)
    {
        using var client = new HttpClient();
        foreach (var process in fleet.Fleet.Processes)
        {
            var metrics = await client.GetStringAsync(new Uri($"http://localhost:{process.Port}/metrics"), Token);
            string[] expected = process.Service switch
            {
                "Triggers" => ["http_server_request_duration"],
                "Ingestion" => ["pipeline_images_total", "pipeline_parts_total"],
                "Pretraining" => ["pipeline_loss", "pipeline_slice_duration", "pipeline_images_total"],
                _ => ["pipeline_parts_total"],
            };
            string[] consumer = process.Service == "Triggers" ? [] : ["pipeline_message_wait", "pipeline_message_duration"];
            Assert.All(expected.Concat(consumer), name => Assert.Contains(name, metrics));
        }
    }

    private static async Task AssertNoErrorsAsync(RunningFleet fleet)
    {
        foreach (var queue in Enum.GetValues<Stage>().SelectMany(StageQueues.Of))
            Assert.Equal(0u, await fleet.Channel.MessageCountAsync(RabbitMqQueues.ErrorQueueOf(queue), Token));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent!;

        return folder.FullName;
    }
}
