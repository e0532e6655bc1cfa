using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>A folder of its own with tiny data, a tiny experiment and a store; gone afterwards.</summary>
public sealed partial class Workplace : IDisposable
{
    public const string Experiment = """
        name: tiny
        data: tiny
        input: { size: 12, channels: 1 }
        pretext: rotation-flip
        encoder: { name: convnet, width: 4 }
        pretraining:
          epochs: 1
          batch: 16
          augmentation: { scale: 1, shift: 1, gain: 1.1, cutout: 2 }
        fineTuning: { labels: [6, 12], draws: 2, learningRates: [3e-3], probeLearningRates: [1e-1], steps: 10 }
        evaluation: { resamples: 200 }
        """;

    private static readonly string[] Repeatable = ["--device", "cpu", "--threads", "1"];

    public string Root { get; } = Directory.CreateTempSubdirectory("pipeline-e2e-").FullName;

    public Dictionary<string, string> Settings { get; } = [];

    public string Store => PathOf("pipeline-store");

    public string PathOf(string name) => Path.Combine(Root, name);

    public Workplace WithExperiment(string yaml = Experiment)
    {
        File.WriteAllText(PathOf("tiny.yaml"), yaml);
        return this;
    }

    public Workplace WithData(int training = 300, int test = 90)
    {
        TinyImages.WriteIdx(PathOf("data"), training, test);
        return this;
    }

    public PipelineProcess Start(params IEnumerable<string> arguments) => PipelineProcess.Start(Root, Settings, arguments);

    /// <summary>The run of the tiny experiment.</summary>
    public PipelineProcess StartRun(params IEnumerable<string> more) => Start(["run", "tiny.yaml", "--data", "data", .. Repeatable, .. more]);

    public async Task<Ended> EndAsync(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    public async Task<Ended> EndRunAsync(params IEnumerable<string> more)
    {
        using var process = StartRun(more);
        return await process.EndAsync();
    }

    /// <summary>What must not depend on how often a run was interrupted.</summary>
    public string Findings(Ended run)
    {
        Assert.True(run.ExitCode == 0, run.ToString());
        using var report = JsonDocument.Parse(File.ReadAllText(PathOf(run.Output[^2])));
        var root = report.RootElement;
        return $"{root.GetProperty("encoderDigest")} {Space().Replace(root.GetProperty("byLabelCount").GetRawText(), "")}";
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    [GeneratedRegex(@"\s")]
    private static partial Regex Space();
}
