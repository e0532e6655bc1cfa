using System.Globalization;
using System.Text.Json;
using Pipeline.Hosting.Experiments;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Benchmarks.Services;

/// <summary>Two workers of PseudoLabels and of FineTuning against one, each with one thread: how much sooner the same parts are done.</summary>
internal static class ScalingBenchmark
{
    /// <summary>Copies of the samples' work: several tasks over small shards, and many trials.</summary>
    private static readonly (string Name, string Value)[] Settings = [("Ingestion__ShardBytes", $"{1 << 19}"), ("Torch__Threads", "1")];

    /// <param name="experiment">YAML file.</param>
    /// <param name="data">Folder.</param>
    public static async Task RunAsync(string experiment, string data)
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var azurite = await AzuriteServer.StartAsync();
        var request = Request(experiment, data);
        var one = await MeasureAsync(broker, azurite, request, workers: 1);
        var two = await MeasureAsync(broker, azurite, request, workers: 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PseudoLabels: one worker {one.Labels:0.0} s, two {two.Labels:0.0} s: {one.Labels / two.Labels:0.00} ×"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FineTuning: one worker {one.Trials:0.0} s, two {two.Trials:0.0} s: {one.Trials / two.Trials:0.00} ×"));
    }

    private static async Task<(double Labels, double Trials)> MeasureAsync(RabbitMqServer broker, AzuriteServer azurite, string request, int workers)
    {
        await using var services = await ServicesRun.OpenAsync(broker, azurite, Settings);
        await services.Fleet.StartAsync("Ingestion");
        for (var worker = 0; worker < workers; worker++)
        {
            await services.Fleet.StartAsync("PseudoLabels");
        }

        await services.SendAsync("run-experiment", [request]);
        var begin = await services.WrittenAsync("1-dataset.json");
        var labelled = await services.WrittenAsync("2-pseudo-labels.json");
        await services.Fleet.TerminateAllAsync();

        // The trials wait in their queue until all their workers are there.
        await services.Fleet.StartAsync("Pretraining");
        await services.WrittenAsync("3-encoder.json");
        await services.Fleet.TerminateAllAsync();
        for (var worker = 0; worker < workers; worker++)
        {
            await services.Fleet.StartAsync("FineTuning");
        }

        var start = DateTimeOffset.UtcNow;
        var tried = await services.WrittenAsync("4-trials.json");
        return ((labelled - begin).TotalSeconds, (tried - start).TotalSeconds);
    }

    private static string Request(string experiment, string data)
    {
        var read = ExperimentFile.Read(experiment, ExperimentVocabulary.Open);
        var changed = read with
        {
            Pretext = ["rotation-flip", "rotation", "flip"],
            Pretraining = read.Pretraining with { Epochs = 1, Batch = 512 },
        };
        return $$"""{ "experiment": {{ExperimentArtifact.ToJson(changed).GetRawText()}}, "source": {{JsonSerializer.Serialize(Path.GetFullPath(data))}} }""";
    }
}
