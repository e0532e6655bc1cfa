using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Queue;
using Xunit;

namespace Pipeline.Tests.Integration.Triggers;

public class DropsTests(SharedServers servers)
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task A_webhook_batch_with_a_bad_event_is_taken_and_the_bad_one_kept_with_its_reason()
    {
        await using var drops = await RunningDrops.StartAsync(servers);
        using var answer =
            await drops.PostAsync($$"""{ "Records": [{{Record("images/1.png")}}, {{Record("../x")}}, {{Record("images/2.png")}}] }""",
                Trace);
        var text = await answer.Content.ReadAsStringAsync();
        var (body, headers) = await drops.ErrorAsync();
        await RunningDrops.UntilAsync(async () => (await drops.PendingAsync()).Count == 2);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("""{"accepted":2,"ignored":0,"rejected":[{"position":1,"reason":"Event 1: The path of 's3://landing/../x'""",
            text, StringComparison.Ordinal);
        Assert.Equal(Record("../x"), body);
        Assert.StartsWith("Event 1: ", Encoding.UTF8.GetString((byte[])headers["MT-Fault-Message"]!), StringComparison.Ordinal);
        Assert.True(DateTimeOffset.TryParse(Encoding.UTF8.GetString((byte[])headers["MT-Fault-Timestamp"]!), out _));
        Assert.All(await drops.PendingAsync(), line => Assert.Contains(Trace[..35], line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("""[{ "eventType": "Contoso.Unknown", "id": "1", "eventTime": "2026-06-26T18:41:00Z", "data": {} }]""")]
    public async Task A_body_with_nothing_good_is_refused_for_good(string body)
    {
        await using var drops = await RunningDrops.StartAsync(servers);
        using var answer = await drops.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await drops.ErrorAsync();
    }

    [Fact]
    public async Task Notifications_and_CloudEvents_that_are_put_into_the_queue_are_recorded()
    {
        await using var drops = await RunningDrops.StartAsync(servers);
        await drops.SendAsync(
            $$"""{ "EventName": "s3:ObjectCreated:Put", "Key": "landing/images/1.png", "Records": [{{Record("images/1.png")}}] }""");
        await drops.SendAsync(
            Record("images/2.png"),
            new()
            {
                ["cloudEvents:specversion"] = "1.0",
                ["cloudEvents:id"] = "1",
                ["cloudEvents:type"] = "com.amazonaws.s3",
                ["cloudEvents:source"] = "s3",
                ["traceparent"] = Trace
            });
        await RunningDrops.UntilAsync(async () => (await drops.PendingAsync()).Count == 2);

        Assert.Contains(await drops.PendingAsync(), line => line.Contains("images/2.png", StringComparison.Ordinal)
            && line.Contains(Trace, StringComparison.Ordinal));
        await RunningDrops.UntilAsync(async () => await drops.Channel.MessageCountAsync(DropQueues.Name) == 0);
    }

    [Fact]
    public async Task A_forged_normalised_drop_gets_no_further_than_any_other_message()
    {
        await using var drops = await RunningDrops.StartAsync(servers);
        string Event(string url) =>
            $$"""{ "id": "1", "kind": "created", "url": "{{url}}", "time": "2026-06-26T18:41:00Z", "dataset": "x", "source": "file:///etc" }""";
        await drops.SendAsync($"[{Event("s3://landing/images/1.png")}, {Event("s3://elsewhere/images/2.png")}]",
            type: NormalisedDrop.ContentType);
        await drops.SendAsync($$"""{ "Records": [{{Record("images/3.png")}}] }""", type: NormalisedDrop.ContentType);
        var errors = new[] { await drops.ErrorAsync(), await drops.ErrorAsync() }.Select(error =>
            Encoding.UTF8.GetString((byte[])error.Headers["MT-Fault-Message"]!)).ToList();
        await RunningDrops.UntilAsync(async () => (await drops.PendingAsync()).Count == 1);

        Assert.Contains(errors, error => error.StartsWith("Event 1: 's3://elsewhere/images/2.png' lies in none", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("The message is no normalised drop", StringComparison.Ordinal));
        Assert.Contains("\"dataset\":\"images\",\"source\":\"s3://landing/images\"", Assert.Single(await drops.PendingAsync()),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_messages_among_good_ones_lie_in_the_error_queue_each_by_itself()
    {
        await using var drops = await RunningDrops.StartAsync(servers, ("Drops:MaxMessageBytes", "2048"));
        await drops.SendAsync($$"""{ "Records": [{{Record("images/1.png")}}] }""");
        await drops.SendAsync("not JSON");
        await drops.SendAsync(new string(' ', 4096));
        await drops.SendAsync($$"""{ "Records": [{{Record("images/2.png")}}, {{Record("1.png")}}] }""");
        var errors = new List<string>();
        for (var i = 0; i < 3; i++)
            errors.Add(Encoding.UTF8.GetString((byte[])(await drops.ErrorAsync()).Headers["MT-Fault-Message"]!));

        await RunningDrops.UntilAsync(async () => (await drops.PendingAsync()).Count == 2);
        Assert.Contains(errors, error => error.StartsWith("The body is not JSON", StringComparison.Ordinal));
        Assert.Contains(errors,
            error => error.StartsWith("The message has 4096 bytes; it must have at most 2048", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("Event 1: 's3://landing/1.png' belongs to no dataset", StringComparison.Ordinal));
        Assert.Equal(0u, await drops.ErrorsAsync());
    }

    [Fact]
    public async Task While_the_store_is_out_nothing_is_lost_and_nothing_is_an_error()
    {
        await using var drops =
            await RunningDrops.StartAsync(servers, ("Bus:DeliveryLimit", "1"), ("Drops:BatchMessages", "10"),
                ("Drops:BatchWait", "00:00:00.010"));
        drops.TakeStoreAway();
        for (var i = 0; i < 100; i++)
            await drops.SendAsync($$"""{ "Records": [{{Record($"images/{i}.png")}}] }""");

        // The consumer has given up its channel: what it held is ready again, for whoever can record it.
        await RunningDrops.UntilAsync(async () => await drops.Channel.MessageCountAsync(DropQueues.Name) == 100
            && await drops.Channel.ConsumerCountAsync(DropQueues.Name) == 0);
        drops.GiveStoreBack();
        await RunningDrops.UntilAsync(async () => (await drops.PendingAsync()).Select(Name).Distinct().Count() == 100);

        Assert.Equal(0u, await drops.ErrorsAsync());
    }

    [Fact]
    public async Task From_the_webhook_to_the_command_with_one_trace()
    {
        await using var drops =
            await RunningDrops.StartAsync(servers, ("Drops:Datasets:cats:Prefix", "s3://landing/images/cats"),
                ("Drops:Datasets:cats:Complete", "SuccessFile"));
        using var answer =
            await drops.PostAsync($$"""{ "Records": [{{Record("images/cats/1.png")}}, {{Record("images/cats/_SUCCESS")}}] }""", Trace);
        var (body, traceparent) = await drops.CommandAsync();

        Assert.Equal(new IngestDataset("cats", "s3://landing/images/cats"),
            JsonSerializer.Deserialize<IngestDataset>(body, PipelineJson.Compact));
        Assert.StartsWith(Trace[..35], traceparent, StringComparison.Ordinal);
        Assert.Equal(0u, await drops.Channel.MessageCountAsync("ingest-dataset"));
    }

    private static string Name(string line) => line[line.IndexOf("s3://landing/images/", StringComparison.Ordinal)..].Split('"')[0];

    private static string Record(string key) => $$"""
        { "eventTime": "2026-06-26T18:41:00Z", "eventName": "ObjectCreated:Put", "s3": { "bucket": { "name": "landing" }, "object": { "key": "{{key}}", "size": 1, "sequencer": "01" } } }
        """;
}
