using Pipeline.Hosting.Bus;
using Pipeline.Tests.Chaos;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class CancelTests(SharedServers servers)
{
    [Fact]
    public async Task A_cancelled_run_ends_in_the_middle_of_a_slice_and_asked_for_again_it_goes_on_to_what_an_undisturbed_one_finds()
    {
        await using var fleet = await RunningFleet.OpenAsync(
            await servers.RabbitMqAsync(), await servers.AzuriteAsync(), change: ("Pretraining__SliceBudget", "00:10:00"));
        using var experiment = new TinyExperiment(epochs: 300);
        await fleet.Fleet.StartAllAsync();
        await fleet.SendAsync("run-experiment", experiment.Request);
        var run = (await fleet.ArtifactAsync("runs/tiny-", "2-pseudo-labels.json")).GetProperty("content").GetProperty("run")
            .GetProperty("runId").GetString();
        await RunningFleet.SeeAsync("the training to begin", () => Task.FromResult(
            fleet.Log("Pretraining")
            .Any(line => line.GetProperty("@mt").GetString()!.StartsWith("Training slice", StringComparison.Ordinal))));

        await fleet.SendAsync("cancel-run", $$"""{ "runId": "{{run}}" }""");
        await RunningFleet.SeeAsync("the training to end", () => Task.FromResult(
            fleet.Log("Pretraining")
            .Any(line => line.GetProperty("@mt").GetString()!.Contains("was cancelled", StringComparison.Ordinal))));
        await fleet.Fleet.TerminateAllAsync();
        foreach (var queue in StageQueues.All.Select(feed => feed.Queue).Distinct())
        {
            Assert.Equal(0u, await fleet.Channel.MessageCountAsync(queue, TestContext.Current.CancellationToken));
            Assert.Equal(0u, await fleet.Channel.MessageCountAsync(RabbitMqQueues.ErrorQueueOf(queue),
                TestContext.Current.CancellationToken));
        }

        await fleet.Fleet.StartAllAsync();
        await fleet.SendAsync("run-experiment", experiment.Request);
        await fleet.ArtifactAsync("runs/tiny-", "5-verdict.json");
        var report = await fleet.ArtifactAsync("runs/tiny-", "report.json");
        Assert.Equal(await experiment.FindLocallyAsync(),
            TinyExperiment.Findings(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report)));
    }
}
