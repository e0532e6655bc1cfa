using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

public sealed class PretrainingSeedsTests
{
    [Theory]
    [InlineData("image", "epochs: 1\n  {0}")]
    [InlineData("text", "epochs: 1, {0}")]
    public async Task A_run_with_two_seeds_has_two_encoders_each_the_one_of_a_run_with_that_seed_alone(string task, string said)
    {
        using var place = Place(task, said, "seeds: [4, 5]");
        using var other = Place(task, said, "seed: 5");
        var report = Report(place, await place.EndRunAsync());
        var alone = Report(other, await other.EndRunAsync());

        Assert.Equal([4, 5], report.GetProperty("pretrainingSeeds").EnumerateArray().Select(seed => seed.GetInt32()));
        string[] digests = [.. report.GetProperty("encoderDigests").EnumerateArray().Select(digest => digest.GetString()!)];
        Assert.Equal(2, digests.Distinct().Count());
        Assert.Equal(digests[0], report.GetProperty("encoderDigest").GetString());
        Assert.Equal(digests[1], alone.GetProperty("encoderDigest").GetString());

        // In the same store the run of one seed finds its encoder.
        place.WithExperiment(File.ReadAllText(other.PathOf("tiny.yaml")));
        var shared = Report(place, await place.EndRunAsync());
        Assert.Equal(alone.GetProperty("byLabelCount").GetRawText(), shared.GetProperty("byLabelCount").GetRawText());
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(place.Store, "pretraining")).Length);
    }

    private static Workplace Place(string task, string said, string seeds)
    {
        var tiny = TinyTask.All[task];
        var experiment = tiny.Experiment.Replace("epochs: 1", string.Format(CultureInfo.InvariantCulture, said, seeds), StringComparison.Ordinal);
        return new Workplace().WithExperiment(experiment).WithData(tiny);
    }

    private static JsonElement Report(Workplace place, Ended run)
    {
        Assert.True(run.ExitCode == 0, run.ToString());
        return JsonDocument.Parse(File.ReadAllText(place.PathOf(run.Output[^2]))).RootElement;
    }
}
