using System.Text.Json;
using Xunit;

namespace Pipeline.Tests.Integration.Commands;

public sealed class RemoteCommandTests(SharedServers servers)
{
    [Fact]
    public async Task From_a_drop_to_the_report_a_person_follows_what_the_services_do()
    {
        await using var place =
            await CommandPlace.StartAsync(servers, "Ingestion", "PseudoLabels", "Pretraining", "FineTuning", "Evaluation");

        var dropped = await place.OutputAsync("drop", "data", "--dataset", "tiny");
        var ran = await place.OutputAsync("run", "tiny.yaml", "--on-drops", "--data", "lake://main/tiny", "--wait");
        var again = await place.OutputAsync("drop", "data", "--dataset", "tiny", "--wait");
        var status = JsonDocument.Parse(Assert.Single(await place.OutputAsync("status", "--json"))).RootElement;
        var reported = await place.OutputAsync("report");

        Assert.Equal("Uploaded 4 of 4 files (0.1 MiB) to lake://main/tiny.", dropped[0]);
        Assert.Contains("No experiment waits", dropped[1], StringComparison.Ordinal);
        Assert.Contains("only registers the experiment for the next drop",
            Assert.Single((await place.EndAsync("run", "tiny.yaml", "--on-drops", "--wait")).Errors), StringComparison.Ordinal);
        Assert.Contains(ran, line => line.StartsWith("evaluation", StringComparison.Ordinal)
            && line.Contains("done in", StringComparison.Ordinal));
        Assert.StartsWith("Uploaded 0 of 4 files", again[0], StringComparison.Ordinal);
        Assert.Equal("finished", status.GetProperty("state").GetString());
        foreach (var told in (IReadOnlyList<string>[])[ran, again, reported])
            Assert.Equal($"pipeline-results/{status.GetProperty("runId")}/report.html", told[^1]);

        Assert.True(File.Exists(place.PathOf(reported[^2])));
        var cancelled = await place.EndAsync("cancel", status.GetProperty("runId").GetString()!);
        Assert.Contains("is finished", Assert.Single(cancelled.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_before_a_run_has_its_dataset_is_told_to_whoever_waits()
    {
        await using var place = await CommandPlace.StartAsync(servers, "Ingestion");

        var ended = await place.EndAsync("run", "tiny.yaml", "--data", "lake://elsewhere/tiny", "--wait");

        Assert.Equal(1, ended.ExitCode);
        var line = Assert.Single(ended.Errors);
        Assert.Contains("lake://elsewhere/tiny", line, StringComparison.Ordinal);
        Assert.Contains("run-experiment_error", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_told_in_one_line()
    {
        await using var place = await CommandPlace.StartAsync(servers);
        place.Settings["Bus__Port"] = "1";

        var ended = await place.EndAsync("run", "tiny.yaml");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("RabbitMQ at 127.0.0.1:1", Assert.Single(ended.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_named_makes_it_work_of_this_process()
    {
        await using var place = await CommandPlace.StartAsync(servers);

        var told = await place.OutputAsync("run", "tiny.yaml", "--on-drops", "--store", "here");
        var refused = await place.EndAsync("run", "tiny.yaml", "--device", "cpu");

        Assert.Contains("drop FOLDER --dataset tiny", Assert.Single(told), StringComparison.Ordinal);
        Assert.True(File.Exists(place.PathOf("here/experiments/on-drop/tiny/tiny.json")));
        Assert.Contains("--device applies to work in this process", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }
}
