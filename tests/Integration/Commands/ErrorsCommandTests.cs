using System.Text;
using System.Text.Json;
using Pipeline.Hosting.Runs;
using Xunit;

namespace Pipeline.Tests.Integration.Commands;

public sealed class ErrorsCommandTests(SharedServers servers)
{
    [Fact]
    public async Task What_a_service_could_not_handle_is_shown_with_its_reason_and_stays_in_its_order()
    {
        await using var place = await FailedAsync();

        var lines = await place.OutputAsync("errors", "--json");
        var again = await place.OutputAsync("errors", "--json");
        var errors = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(["one", "two", "three"], errors.Select(error => error.GetProperty("id").GetString()));
        Assert.Equal(["run-experiment", "run-experiment", "cancel-run"], errors.Select(error => error.GetProperty("queue").GetString()));
        Assert.StartsWith("The message is not JSON", errors[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(["tiny-1"], errors.Select(error => error.GetProperty("runId").GetString()).OfType<string>());
        Assert.Contains("PipelineException", errors[2].GetProperty("exceptionType").GetString(), StringComparison.Ordinal);
        Assert.Equal(lines, again);
        Assert.Contains(await place.OutputAsync("errors", "--queue", "run-experiment_error", "--limit", "1"), line => line.Contains("1 of 2 shown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replayed_message_lies_in_its_queue_as_it_was_sent_and_the_others_stay()
    {
        await using var place = await FailedAsync();
        await place.StopServicesAsync();

        var told = await place.OutputAsync("errors", "replay", "--queue", "run-experiment", "--id", "two");

        Assert.Equal("1 replayed, 1 left.", Assert.Single(told));
        var back = (await place.Channel.BasicGetAsync("run-experiment", autoAck: true))!;
        Assert.Equal("no JSON either", Encoding.UTF8.GetString(back.Body.Span));
        Assert.Equal("two", back.BasicProperties.MessageId);
        Assert.DoesNotContain(back.BasicProperties.Headers?.Keys ?? [], header => header.StartsWith("MT-Fault", StringComparison.Ordinal));
        Assert.Equal(["one", "three"], (await place.OutputAsync("errors", "--json")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_replay_takes_back_the_failure_of_the_run()
    {
        await using var place = await FailedAsync();
        var ledger = new RunLedger(place.Store);
        await ledger.RecordFailureAsync(new RunFailed("tiny-1", Stage.Ingestion, "Out of luck."));
        await place.StopServicesAsync();

        var told = await place.OutputAsync("errors", "replay", "--run", "tiny-1");

        Assert.Equal("1 replayed, 2 left.", Assert.Single(told));
        Assert.Null(await ledger.FindFailureAsync("tiny-1"));
    }

    [Fact]
    public async Task What_fails_again_is_not_replayed_without_end()
    {
        await using var place = await FailedAsync();

        var told = await place.OutputAsync("errors", "replay");
        await place.UntilErrorsAsync("run-experiment", 2);
        await place.UntilErrorsAsync("cancel-run", 1);

        Assert.Equal("3 replayed, 0 left.", Assert.Single(told));
        Assert.Equal(3, (await place.OutputAsync("errors", "--json")).Count);
    }

    /// <summary>Ingestion was sent two messages that are none, and the end of a run that there is none of.</summary>
    private async Task<CommandPlace> FailedAsync()
    {
        var place = await CommandPlace.StartAsync(servers, "Ingestion");
        await place.SendAsync("run-experiment", "no JSON", "one");
        await place.UntilErrorsAsync("run-experiment", 1);
        await place.SendAsync("run-experiment", "no JSON either", "two");
        await place.SendAsync("cancel-run", """{ "runId": "tiny-1" }""", "three");
        await place.UntilErrorsAsync("run-experiment", 2);
        await place.UntilErrorsAsync("cancel-run", 1);
        return place;
    }
}
