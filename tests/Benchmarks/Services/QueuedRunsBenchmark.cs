using System.Globalization;
using System.Text.Json;
using Pipeline.Tests.Chaos;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Benchmarks.Services;

/// <summary>Each service's memory while many runs are queued, over its level while few are.</summary>
internal static class QueuedRunsBenchmark
{
    private const int Few = 10;

    /// <summary>The same before both: what a process takes once is not what a queue costs.</summary>
    private const int WarmUp = 10;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    /// <summary>Counting the verdicts is work for the store, which the services need too.</summary>
    private const int LooksPerCount = 10;

    /// <param name="many">Runs to queue at once.</param>
    /// <param name="limit">When to stop looking, also if not all of them are done.</param>
    public static async Task RunAsync(int many, TimeSpan limit)
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var azurite = await AzuriteServer.StartAsync();
        await using var services = await ServicesRun.OpenAsync(broker, azurite, ("Torch__Threads", "1"));
        using var experiment = new TinyExperiment();
        await services.Fleet.StartAllAsync();
        await DrainAsync(services, experiment, 0, WarmUp, limit);
        var few = await DrainAsync(services, experiment, WarmUp, Few, limit);
        var before = DateTimeOffset.UtcNow;
        var peak = await DrainAsync(services, experiment, WarmUp + Few, many, limit);
        var done = await services.CountAsync("5-verdict.json") - WarmUp - Few;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{done} of {many} queued runs done in {(DateTimeOffset.UtcNow - before).TotalMinutes:0.0} min"));
        foreach (var (service, bytes) in peak)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{service}: {few[service] >> 20} MB with {Few} queued, {bytes >> 20} MB with {many}: "
                + $"{(double)bytes / few[service]:0.00} ×"));
        }
    }

    /// <returns>The most memory that each service had until all verdicts were there, or the time was up.</returns>
    private static async Task<IReadOnlyDictionary<string, long>> DrainAsync(ServicesRun services, TinyExperiment experiment, int first,
        int count, TimeSpan limit)
    {
        await services.SendAsync("run-experiment", Enumerable.Range(first, count).Select(number => Request(experiment, number)));
        var peak = new Dictionary<string, long>();
        var end = DateTimeOffset.UtcNow + limit;
        while (DateTimeOffset.UtcNow < end && await services.CountAsync("5-verdict.json") < first + count)
        {
            for (var look = 0; look < LooksPerCount; look++)
            {
                foreach (var (service, bytes) in services.Memory())
                {
                    peak[service] = Math.Max(peak.GetValueOrDefault(service), bytes);
                }

                await Task.Delay(Glance);
            }
        }

        return peak;
    }

    /// <summary>Each another experiment, as small as one can be.</summary>
    private static string Request(TinyExperiment experiment, int number) => $$"""
        {
          "experiment": {
            "name": "queued-{{number}}", "data": "tiny", "input": { "size": 12, "channels": 1 }, "pretext": "rotation-flip", "encoder": { "name": "convnet", "width": 4 },
            "pretraining": { "epochs": 1, "batch": 64, "seed": {{number}}, "augmentation": { "scale": 1, "shift": 1, "gain": 1.1, "cutout": 2 } },
            "fineTuning": { "labels": [6], "draws": 1, "learningRates": [0.003], "probePenalties": [0.01, 0.1], "steps": 2 }, "evaluation": { "resamples": 100 }
          },
          "source": {{JsonSerializer.Serialize(experiment.Data)}}
        }
        """;
}
