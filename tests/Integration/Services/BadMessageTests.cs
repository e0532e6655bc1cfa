using Xunit;

namespace Pipeline.Tests.Integration.Services;

/// <summary>What is no message of ours is kept with its reason, and what comes beside it goes on.</summary>
public sealed class BadMessageTests(SharedServers servers)
{
    private const int TwentyMegabytes = 20 << 20;

    [Fact]
    public async Task Every_bad_message_lies_in_the_error_queue_with_what_is_wrong_and_the_good_one_beside_goes_on()
    {
        await using var fleet = await RunningFleet.OpenAsync(await servers.RabbitMqAsync(), await servers.AzuriteAsync());
        await fleet.Fleet.StartAsync("Ingestion");
        (string Body, string Told, (string, object)[] Headers)[] bad =
        [
            ("not json", "The message is not JSON", []),
            ("[1, 2]", "The message is a JSON array; it must be an object", []),
            ("{}", "missing required properties including: 'runId'", []),
            ("""{ "runId": null }""", "runId", []),
            ("""{ "runId": "nobody-0123456789ab" }""", "There is no run 'nobody-0123456789ab' to cancel", []),
            ("""{ "runId": "../../etc/passwd" }""", "There is no run '../../etc/passwd' to cancel", []),
            ("""{ "runId": "x" }""", "pipeline-format is '4'; this version reads 1 to 3", [("pipeline-format", "4")]),
            ("""{ "runId": "x" }""", "pipeline-format is 'new'", [("pipeline-format", "new")]),
            ("""{ "runId": "x" }""",
                "says that it is urn:message:Elsewhere:Other; in 'cancel-run' it must be urn:message:Pipeline.Contracts:CancelRun",
                [("MT-MessageType", "urn:message:Elsewhere:Other")]),
            ($$"""{ "runId": "{{new string('x', TwentyMegabytes)}}" }""", "it must have at most 1048576", []),
        ];
        foreach (var (body, told, headers) in bad)
        {
            await fleet.SendAsync("cancel-run", body, headers);
            var refused = await fleet.TakeAsync("cancel-run_error");
            Assert.Contains(told, RunningFleet.Header(refused, "MT-Fault-Message"));
            Assert.Equal(body.Length, refused.Body.Length);
        }

        // A run that nobody knows is told at once; this one is known, as far as a cancellation looks.
        await fleet.Store.GetBlobClient("runs/known-0123456789ab/1-dataset.json")
            .UploadAsync(BinaryData.FromString("{}"), TestContext.Current.CancellationToken);
        await fleet.SendAsync("cancel-run", """{ "runId": "known-0123456789ab" }""");
        Assert.Equal("known-0123456789ab", (await fleet.ArtifactAsync("runs/known", "cancelled.json")).GetProperty("content")
            .GetProperty("runId").GetString());
        Assert.Equal(0u, await fleet.Channel.MessageCountAsync("cancel-run_error", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{ "experiment": { "name": "x" } }""", "experiment: 'data' is missing")]
    [InlineData("""{ "experiment": { "name": "x", "data": "d", "pretext": "rotation", "fineTuning": { "labels": [5] }, "epochs": 4 } }""",
        "experiment: 'epochs' is not a key")]
    [InlineData("""{ "experiment": { "name": "x", "data": "d", "pretext": "rotation", "fineTuning": { "labels": [5] } }, "source": "/etc" }""", "it must be a place in the lake")]
    [InlineData("""{ "experiment": { "name": "x", "data": "d", "pretext": "rotation", "fineTuning": { "labels": [5] } }, "source": "https://elsewhere.example/lake/d" }""", "https://elsewhere.example/lake/d")]
    public async Task An_experiment_that_cannot_be_run_is_refused_in_one_line(string message, string told)
    {
        await using var fleet =
            await RunningFleet.OpenAsync(await servers.RabbitMqAsync(), await servers.AzuriteAsync(), change: ("Lake__AnyFolder", "false"));
        await fleet.Fleet.StartAsync("Ingestion");
        await fleet.SendAsync("run-experiment", message);

        Assert.Contains(told, RunningFleet.Header(await fleet.TakeAsync("run-experiment_error"), "MT-Fault-Message"));
    }

    [Fact]
    public async Task An_unknown_pretext_task_is_refused_where_it_enters()
    {
        await using var fleet = await RunningFleet.OpenAsync(await servers.RabbitMqAsync(), await servers.AzuriteAsync());
        using var experiment = new Chaos.TinyExperiment();
        await fleet.Fleet.StartAsync("Ingestion");
        await fleet.SendAsync("run-experiment", experiment.Request.Replace("\"auto\"", "\"jigsaw\"", StringComparison.Ordinal));

        Assert.Contains("'jigsaw'; must be", RunningFleet.Header(await fleet.TakeAsync("run-experiment_error"), "MT-Fault-Message"));
    }

    [Fact]
    public async Task A_command_without_an_experiment_is_refused()
    {
        await using var fleet = await RunningFleet.OpenAsync(await servers.RabbitMqAsync(), await servers.AzuriteAsync());
        await fleet.Fleet.StartAsync("Ingestion");
        await fleet.SendAsync("run-experiment", "{}");

        Assert.Contains("'experiment' must be an object",
            RunningFleet.Header(await fleet.TakeAsync("run-experiment_error"), "MT-Fault-Message"));
    }
}
