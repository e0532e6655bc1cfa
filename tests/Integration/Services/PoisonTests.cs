using System.Text.Json;
using Pipeline.Tests.Chaos;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class PoisonTests(SharedServers servers)
{
    [Fact]
    public async Task A_message_that_kills_its_consumer_each_time_lies_in_the_error_queue_in_the_end_and_others_go_on()
    {
        await using var fleet = await RunningFleet.OpenAsync(
            await servers.RabbitMqAsync(), await servers.AzuriteAsync(),
            change: [("Bus__DeliveryLimit", "2"), ("Pretraining__SliceBudget", "00:01:00")]);
        using var experiment = new TinyExperiment();
        await fleet.Fleet.StartAllAsync();

        // Long enough for its worker to be killed in the middle, each time that it takes it up. What led to the slice has to be over:
        // a message that is in the same process at each kill counts as delivered as often.
        await fleet.SendAsync("run-experiment", experiment.Request.Replace("\"epochs\": 60", "\"epochs\": 1000", StringComparison.Ordinal)
            .Replace("\"tiny\", \"data\"", "\"poison\", \"data\"", StringComparison.Ordinal));
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            var seen = delivery;
            await RunningFleet.SeeAsync($"delivery {delivery} of the slice", () => Task.FromResult(Taken(fleet) >= seen));
            await fleet.AcknowledgedAsync("pseudo-labels-ready");
            await fleet.Fleet.KillAsync("Pretraining");
            await fleet.Fleet.StartAsync("Pretraining");
        }

        var failed = (await fleet.ArtifactAsync("runs/poison-", "failed.json")).GetProperty("content");
        Assert.Contains("delivered more than 2 times", failed.GetProperty("reason").GetString());
        Assert.Equal("train-slice_error", failed.GetProperty("errorQueue").GetString());
        var poison = JsonSerializer.Deserialize<JsonElement>((await fleet.TakeAsync("train-slice_error")).Body.Span);
        Assert.StartsWith("poison-", poison.GetProperty("run").GetProperty("runId").GetString());

        await fleet.SendAsync("run-experiment", experiment.Request);
        await fleet.ArtifactAsync("runs/tiny-", "5-verdict.json");
    }

    private static int Taken(RunningFleet fleet) => fleet.Log("Pretraining").Count(line =>
        line.GetProperty("@mt").GetString()!.StartsWith("Training", StringComparison.Ordinal));
}
