using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>A folder of its own with tiny data, a tiny experiment and a store; gone afterwards.</summary>
public sealed partial class Workplace : IDisposable
{
    private static readonly string[] Repeatable = ["--device", "cpu", "--threads", "1"];

    public string Root { get; } = Directory.CreateTempSubdirectory("pipeline-e2e-").FullName;

    public Dictionary<string, string> Settings { get; } = [];

    public string Store => PathOf("pipeline-store");

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <param name="yaml">That of <see cref="TinyTask.Image"/> where nothing is said.</param>
    public Workplace WithExperiment(string? yaml = null)
    {
        File.WriteAllText(PathOf("tiny.yaml"), yaml ?? TinyTask.Image.Experiment);
        return this;
    }

    public Workplace WithData() => WithData(TinyTask.Image);

    public Workplace WithData(TinyTask task)
    {
        task.Write(PathOf("data"));
        return this;
    }

    public Workplace With(TinyTask task) => WithExperiment(task.Experiment).WithData(task);

    public PipelineProcess Start(params IEnumerable<string> arguments) => PipelineProcess.Start(Root, Settings, arguments);

    /// <summary>The run of the tiny experiment.</summary>
    public PipelineProcess StartRun(params IEnumerable<string> more) =>
        Start(["run", "tiny.yaml", "--data", "data", .. Repeatable, .. more]);

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
