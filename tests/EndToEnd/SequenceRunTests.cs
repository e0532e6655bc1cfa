using System.Text.Json;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

public sealed class SequenceRunTests
{
    [Theory]
    [InlineData("text", new[] { "pretrained", "scratch", "frozen", "frozen-random", "baseline" })]
    [InlineData("dna", new[] { "pretrained", "scratch", "frozen", "frozen-random", "baseline" })]
    [InlineData("protein", new[] { "pretrained", "scratch", "frozen", "frozen-random", "baseline" })]
    [InlineData("tagging", new[] { "pretrained", "scratch", "frozen", "frozen-random" })]
    public async Task A_run_over_sequences_ends_with_both_reports_and_answers_again_from_the_store(string name, string[] arms)
    {
        using var place = new Workplace().With(TinyTask.All[name]);

        var run = await place.EndRunAsync();
        var again = await place.EndRunAsync();

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Empty(run.Errors);
        Assert.All(run.Output.TakeLast(2), path => Assert.True(File.Exists(place.PathOf(path))));
        using var report = JsonDocument.Parse(File.ReadAllText(place.PathOf(run.Output[^2])));
        var root = report.RootElement;
        Assert.Contains(root.GetProperty("verdict").GetString(), (string[])["helps", "no-evidence", "hurts"]);
        Assert.Equal("masked-token", root.GetProperty("pretext").GetProperty("task").GetString());
        Assert.Equal("accuracy", root.GetProperty("metric").GetString());
        Assert.Equal([6, 12], root.GetProperty("byLabelCount").EnumerateArray().Select(result => result.GetProperty("labels").GetInt32()));
        Assert.Equal(
            arms.Order(StringComparer.Ordinal),
            root.GetProperty("metrics").EnumerateArray().Where(entry => HasMetrics(entry.GetProperty("values")))
            .Select(entry => entry.GetProperty("arm").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(again.Output,
            line => line.StartsWith("This run is finished already; this is its result from", StringComparison.Ordinal));
        Assert.Equal(run.Output.TakeLast(2), again.Output.TakeLast(2));
        Assert.Equal(place.Findings(run), place.Findings(again));
    }

    private static bool HasMetrics(JsonElement values) =>
        ((string[])["accuracy", "macro-f1", "balanced-accuracy"]).All(metric => values.GetProperty(metric).GetDouble() is >= 0 and <= 1);
}
