using System.Diagnostics;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>A run is a function of its inputs, however often its process dies.</summary>
public sealed class InterruptedRunTests(InterruptedRunTests.LongRun undisturbed) : IClassFixture<InterruptedRunTests.LongRun>
{
    /// <summary>What a person waits, and something for a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Long enough in every stage for a kill to land inside: many small chunks and shards, short slices, many resamples.</summary>
    public sealed class LongRun : IAsyncLifetime
    {
        /// <summary>By task.</summary>
        public Dictionary<string, string> Findings { get; } = [];

        public static Workplace Place(string task)
        {
            var place = new Workplace().With(TinyTask.All[task]);
            // So many that pretraining has a second slice to be killed in.
            var epochs = task == "text" ? 80 : 160;
            place.WithExperiment(
                TinyTask.All[task].Experiment.Replace("rotation-flip", "auto").Replace("epochs: 1", $"epochs: {epochs}")
                .Replace("resamples: 200", "resamples: 100000").Replace("steps: 10", "steps: 30"));
            place.Settings["Ingestion__ChunkItems"] = "5";
            place.Settings["Ingestion__ShardBytes"] = (5 * TinyImages.Size * TinyImages.Size).ToString();
            place.Settings["Pretraining__SliceBudget"] = "00:00:01";
            return place;
        }

        public async ValueTask InitializeAsync()
        {
            foreach (var task in (string[])["image", "text"])
            {
                using var place = Place(task);
                Findings[task] = place.Findings(await place.EndRunAsync());
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("image")]
    [InlineData("text")]
    public async Task A_run_that_is_killed_in_every_stage_finds_what_an_undisturbed_one_finds(string task)
    {
        using var place = LongRun.Place(task);
        foreach (var (stage, line) in ((string, string)[])[
            ("ingestion", "ingestion started"),
            ("pseudo-labels", "pseudo-labels started"),
            ("pretraining", "pretraining slice 2"),
            ("fine-tuning", "fine-tuning started"),
            ("evaluation", "evaluation started")])
        {
            using var process = place.StartRun();
            await process.SeeAsync(line);
            process.Kill();
            var killed = await process.EndAsync();
            Assert.NotEqual(0, killed.ExitCode);
            Assert.DoesNotContain(killed.Output, shown => shown.StartsWith(stage, StringComparison.Ordinal) && shown.Contains("done in"));
        }

        Assert.Equal(undisturbed.Findings[task], place.Findings(await place.EndRunAsync()));
    }

    [Theory]
    [InlineData("image")]
    [InlineData("text")]
    public async Task A_run_that_is_told_to_stop_leaves_a_checkpoint_and_goes_on_from_there(string task)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are sent by kill.");
        using var place = LongRun.Place(task);
        using var process = place.StartRun();
        await process.SeeAsync("pretraining slice 1");
        process.Terminate();
        var stopped = await process.EndAsync();

        Assert.Equal(130, stopped.ExitCode);
        Assert.Empty(stopped.Errors);
        Assert.Matches("^Stopped at pretraining, step [1-9][0-9]*; the same command goes on from there.$", stopped.Output[^1]);
        Assert.Contains((await place.EndAsync("status")).Output, line => line.Contains("pretraining"));
        Assert.Equal(undisturbed.Findings[task], place.Findings(await place.EndRunAsync()));
    }

    /// <summary>One optimizer step lasts for seconds here, and nothing ends it before its time.</summary>
    [Fact]
    public async Task Ctrl_C_ends_a_run_within_two_seconds_whatever_is_in_hand()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are sent by kill.");
        using var place = new Workplace().WithExperiment(
            TinyTask.Image.Experiment.Replace("width: 4", "width: 256").Replace("batch: 16", "batch: 240")
            .Replace("epochs: 1", "epochs: 100")).WithData();
        using var process = place.StartRun();
        await process.SeeAsync("pretraining started");
        await process.SeeAsync("pretraining slice 1");
        var clock = Stopwatch.StartNew();
        process.Interrupt();
        var stopped = await process.EndAsync();

        Assert.True(clock.Elapsed < Patience, $"It took {clock.Elapsed}.\n{stopped}");
        Assert.Equal(130, stopped.ExitCode);
        Assert.Empty(stopped.Errors);
        Assert.Matches("^Stopped at pretraining(, step [0-9]+)?; the same command goes on from there.$", stopped.Output[^1]);
        Assert.Contains((await place.EndAsync("status")).Output, line => line.Contains("pretraining"));
    }
}
