using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Experiments;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Benchmarks.Services;

/// <summary>An experiment through five processes: the wall time from command to verdict, over the compute seconds that the stages report of themselves.</summary>
internal static class OverheadBenchmark
{
    /// <param name="experiment">YAML file.</param>
    /// <param name="data">Folder.</param>
    public static async Task RunAsync(string experiment, string data)
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var azurite = await AzuriteServer.StartAsync();
        await using var services = await ServicesRun.OpenAsync(broker, azurite, ("Torch__Threads", "0"));
        await services.Fleet.StartAllAsync();
        var json = JsonSerializer.Serialize(ExperimentFile.ReadText(experiment));

        var clock = Stopwatch.StartNew();
        await services.SendAsync("run-experiment", [$$"""{ "experiment": {{json}}, "source": {{JsonSerializer.Serialize(Path.GetFullPath(data))}} }"""]);
        await services.WrittenAsync("5-verdict.json");
        var wall = clock.Elapsed.TotalSeconds;

        var report = await services.ReadAsync("report.json");
        var stages = report.GetProperty("cost").GetProperty("seconds").EnumerateObject().Select(stage => (stage.Name, Seconds: stage.Value.GetDouble())).ToList();
        var work = stages.Sum(stage => stage.Seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wall {wall:0.0} s, the stages' own work {work:0.0} s ({string.Join(", ", stages.Select(stage => $"{stage.Name} {stage.Seconds:0.0}"))}): ratio {wall / work:0.000}"));
        Console.WriteLine($"{report.GetProperty("encoderDigest").GetString()}\n{report.GetProperty("byLabelCount").GetRawText()}");
    }
}
