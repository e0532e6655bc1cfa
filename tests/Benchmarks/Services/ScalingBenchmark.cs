using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Experiments;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Benchmarks.Services;

/// <summary>Two workers of PseudoLabels and of FineTuning against one, each with one thread: how much sooner the same parts are done. Runs
/// before them warm the workers up: code is compiled in the background for some ten seconds, which costs one worker nothing where another
/// core is idle.</summary>
internal static class ScalingBenchmark
{
    private const int LabelledRuns = 15;
    private const int WarmUpRuns = 5;

    private static readonly (string Stage, Func<ServicesRun, Experiment, string, int, Task<double>> Measure)[] Measures =
        [("PseudoLabels", LabelAsync), ("FineTuning", TuneAsync)];

    /// <param name="file">The experiment, YAML.</param>
    /// <param name="data">Folder.</param>
    public static async Task RunAsync(string file, string data)
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var azurite = await AzuriteServer.StartAsync();
        var read = ExperimentFile.Read(file);
        var experiment = read with
        {
            Pretext = ["rotation-flip", "rotation", "flip"],
            Pretraining = read.Pretraining
            with
            { Epochs = 1, Batch = 512 }
        };
        foreach (var (stage, measure) in Measures)
        {
            var seconds = new double[2];
            for (var workers = 1; workers <= 2; workers++)
            {
                await using var services = await ServicesRun.OpenAsync(broker, azurite, ("Torch__Threads", "1"));
                seconds[workers - 1] = await measure(services, experiment, data, workers);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{stage}: one worker {seconds[0]:0.0} s, two {seconds[1]:0.0} s: {seconds[0] / seconds[1]:0.00} ×"));
        }
    }

    // Another threshold gives other pseudo-labels, and the same work.
    private static async Task<double> LabelAsync(ServicesRun services, Experiment experiment, string data, int workers)
    {
        await StartAsync(services, "PseudoLabels", workers);
        await services.Fleet.StartAsync("Ingestion");
        var dataset = await WarmUpAsync(services, experiment, data, "2-pseudo-labels.json");
        var runs = Enumerable.Range(1, LabelledRuns)
            .Select(run => experiment with { PseudoLabels = new PseudoLabelSpec(0.03 + (run / 1000.0)) }).ToList();
        await TimeAsync(services, dataset, "2-pseudo-labels.json", runs[..WarmUpRuns]);
        return await TimeAsync(services, dataset, "2-pseudo-labels.json", runs[WarmUpRuns..]);
    }

    // All trials of the second run are others than those of the first, from the same encoder.
    private static async Task<double> TuneAsync(ServicesRun services, Experiment experiment, string data, int workers)
    {
        await StartAsync(services, "FineTuning", workers);
        await Task.WhenAll(services.Fleet.StartAsync("Ingestion"), services.Fleet.StartAsync("PseudoLabels"),
            services.Fleet.StartAsync("Pretraining"));
        var first = experiment with { FineTuning = experiment.FineTuning with { Draws = 3, Seed = experiment.FineTuning.Seed + 1 } };
        var dataset = await WarmUpAsync(services, first, data, "4-trials.json");
        return await TimeAsync(services, dataset, "4-trials.json", [experiment]);
    }

    private static Task StartAsync(ServicesRun services, string service, int workers) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => services.Fleet.StartAsync(service)));

    /// <returns>The key of the dataset's manifest.</returns>
    private static async Task<string> WarmUpAsync(ServicesRun services, Experiment experiment, string data, string until)
    {
        await services.SendAsync("run-experiment",
            [$$"""{ "experiment": {{Json(experiment)}}, "source": {{JsonSerializer.Serialize(Path.GetFullPath(data))}} }"""]);
        await services.WrittenAsync(until);
        var committed = await services.ReadAsync("1-dataset.json");
        return committed.GetProperty("content").GetProperty("run").GetProperty("dataset").GetProperty("key").GetString()!;
    }

    private static async Task<double> TimeAsync(ServicesRun services, string dataset, string until, IEnumerable<Experiment> experiments)
    {
        var commands =
            experiments.Select(
                experiment => $$"""{ "experiment": {{Json(experiment)}}, "version": {{JsonSerializer.Serialize(dataset)}} }""").ToList();
        var before = await services.RunsAsync();
        var start = DateTimeOffset.UtcNow;
        await services.SendAsync("label-dataset", commands);
        await services.WrittenAsync(until, before, commands.Count);
        return (DateTimeOffset.UtcNow - start).TotalSeconds;
    }

    // What images do not have is null.
    private static readonly JsonSerializerOptions WithoutNulls =
        new(PipelineJson.Compact) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static string Json(Experiment experiment) => JsonSerializer.Serialize(experiment, WithoutNulls);
}
