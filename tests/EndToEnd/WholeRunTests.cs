using System.Text.Json;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

public sealed class WholeRunTests(FinishedRun finished)
{
    [Fact]
    public void A_run_ends_with_the_paths_of_both_reports()
    {
        Assert.True(finished.Ended.ExitCode == 0, finished.Ended.ToString());
        Assert.Empty(finished.Ended.Errors);
        Assert.EndsWith("report.json", finished.Ended.Output[^2]);
        Assert.EndsWith("report.html", finished.Ended.Output[^1]);
        Assert.True(File.Exists(finished.Place.PathOf(finished.Ended.Output[^1])));
    }

    [Fact]
    public void Every_stage_says_when_it_starts_and_ends()
    {
        foreach (var stage in (string[])["ingestion", "pseudo-labels", "pretraining", "fine-tuning", "evaluation"])
        {
            Assert.Contains(finished.Ended.Output, line => line.StartsWith(stage, StringComparison.Ordinal) && line.Contains("started"));
            Assert.Contains(finished.Ended.Output, line => line.StartsWith(stage, StringComparison.Ordinal) && line.Contains("done in"));
        }
    }

    [Fact]
    public void The_terminal_says_what_was_understood_of_the_data_and_warns_before_the_verdict()
    {
        Assert.Single(finished.Ended.Output, line => line.StartsWith("tiny: ", StringComparison.Ordinal) && line.Contains(" samples ("));
        Assert.Single(finished.Ended.Output, line => line.StartsWith("classes (train/validation/test): 0 ", StringComparison.Ordinal));
        var lines = finished.Ended.Output.ToList();
        Assert.InRange(lines.FindLastIndex(line => line.StartsWith("warning few-draws: ", StringComparison.Ordinal)), 0,
            lines.FindIndex(line => line.StartsWith("labels  pretrained", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Status_shows_the_data()
    {
        Assert.Single((await finished.Place.EndAsync("status")).Output, line => line.StartsWith("data tiny: ", StringComparison.Ordinal));
        Assert.StartsWith("tiny: ", (await finished.Place.EndAsync("status", "--data", "--dataset", "tiny")).Output[0],
            StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Assert.Single((await finished.Place.EndAsync("status", "--data", "--json")).Output));
        Assert.Equal(["dataset", "version", "data", "warnings"], json.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void The_report_has_the_names_that_others_read()
    {
        using var report = JsonDocument.Parse(File.ReadAllText(finished.Place.PathOf(finished.Ended.Output[^2])));
        var root = report.RootElement;
        Assert.Equal(
            ["experiment", "runId", "verdict", "encoderDigest", "byLabelCount", "labelsSaved", "recommended", "pretrainingSeeds",
                "pretext", "preFlight", "data", "cost", "environment", "warnings", "metric", "metrics"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["labels", "draws", "pretrained", "scratch", "frozen", "frozenRandom", "difference", "low", "high", "verdict", "baseline",
                "lora", "layerDecay", "readout", "arms"],
            root.GetProperty("byLabelCount")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal([6, 12], root.GetProperty("byLabelCount").EnumerateArray().Select(result => result.GetProperty("labels").GetInt32()));
        Assert.Equal("tiny", root.GetProperty("experiment").GetString());
    }

    [Fact]
    public async Task A_run_that_leaves_the_pretext_task_to_the_pre_flight_is_the_run_of_what_that_chose()
    {
        using var place = new Workplace().WithData()
            .WithExperiment(TinyTask.Image.Experiment.Replace("rotation-flip", "auto", StringComparison.Ordinal));
        var auto = await place.EndRunAsync();
        Assert.True(auto.ExitCode == 0, auto.ToString());
        using var report = JsonDocument.Parse(File.ReadAllText(place.PathOf(auto.Output[^2])));
        var chosen = report.RootElement.GetProperty("preFlight").GetProperty("choice").GetProperty("tasks")[0].GetString();
        Assert.Equal(chosen, report.RootElement.GetProperty("pretext").GetProperty("task").GetString());
        Assert.True(report.RootElement.GetProperty("pretext").GetProperty("auto").GetBoolean());

        place.WithExperiment(TinyTask.Image.Experiment.Replace("rotation-flip", chosen, StringComparison.Ordinal));
        Assert.Equal(place.Findings(auto), place.Findings(await place.EndRunAsync()));
    }

    [Fact]
    public async Task The_same_command_again_answers_from_the_store()
    {
        var again = await finished.Place.EndRunAsync();

        Assert.Equal(0, again.ExitCode);
        Assert.Contains(again.Output,
            line => line.StartsWith("This run is finished already; this is its result from", StringComparison.Ordinal));
        Assert.DoesNotContain(again.Output, line => line.StartsWith("pretraining", StringComparison.Ordinal));
        Assert.Equal(finished.Ended.Output.TakeLast(2), again.Output.TakeLast(2));
    }

    [Fact]
    public async Task Status_shows_the_finished_run()
    {
        var table = await finished.Place.EndAsync("status");
        var json = await finished.Place.EndAsync("status", "--json");

        Assert.Contains("finished: ", Assert.Single(table.Output, line => line.StartsWith("tiny-", StringComparison.Ordinal)));
        using var run = JsonDocument.Parse(Assert.Single(json.Output));
        Assert.Equal("evaluation", run.RootElement.GetProperty("stage").GetString());
        Assert.Equal(JsonValueKind.String, run.RootElement.GetProperty("verdict").ValueKind);
    }

    [Fact]
    public async Task Report_shows_the_newest_finished_run_or_the_one_that_is_named()
    {
        var newest = await finished.Place.EndAsync("report");
        var named = await finished.Place.EndAsync("report", Path.GetFileName(Path.GetDirectoryName(finished.Ended.Output[^2])!));

        Assert.Equal(0, newest.ExitCode);
        Assert.Equal(finished.Ended.Output.TakeLast(2), newest.Output.TakeLast(2));
        Assert.Equal(newest.Output, named.Output);
    }

    [Fact]
    public async Task Every_command_has_help_with_an_example()
    {
        foreach (var command in (string[][])[["--help"], ["demo", "--help"], ["run", "--help"], ["drop", "--help"], ["status", "--help"],
            ["report", "--help"],
            ["cancel", "--help"], ["errors", "--help"], ["errors", "replay", "--help"]])
        {
            var help = await finished.Place.EndAsync(command);
            Assert.Equal(0, help.ExitCode);
            Assert.Contains("Examples:", help.Output);
        }
    }
}
