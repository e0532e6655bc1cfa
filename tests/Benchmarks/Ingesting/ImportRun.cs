using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>A whole ingestion in this process, which is alone: files in, shards and provenance out.</summary>
internal static class ImportRun
{
    /// <param name="Samples">In the dataset version.</param>
    /// <param name="Processor">Seconds of all cores.</param>
    /// <param name="Wall">Seconds.</param>
    internal sealed record Took(long Samples, double Processor, double Wall);

    /// <param name="store">A folder that is empty, or not there.</param>
    /// <param name="size">Side of the samples, in pixels.</param>
    public static async Task<Took> MeasureAsync(string folder, string store, int size)
    {
        await using var services = Services(store);
        var begin = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var planned = await services.GetRequiredService<ImportPlanner>().PlanAsync(Experiment(size), folder);
        var plan = planned.Plan!.Value.Content;
        var importer = services.GetRequiredService<ChunkImporter>();
        await Parallel.ForEachAsync(
            await services.GetRequiredService<DatasetCommitter>().MissingAsync(plan), async (chunk, cancellation) => await importer.ImportAsync(plan, chunk, cancellation: cancellation));
        var reference = await services.GetRequiredService<DatasetCommitter>().CommitAsync(plan);
        var took = (Process.GetCurrentProcess().TotalProcessorTime - begin, clock.Elapsed);
        var dataset = await services.GetRequiredService<IArtifactStore>().ReadManifestAsync<DatasetManifest>(reference);
        return new Took(dataset.Summary.Samples, took.Item1.TotalSeconds, took.Elapsed.TotalSeconds);
    }

    public static ServiceProvider Services(string store) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Lake:AnyFolder", "true")]).Build())
        .AddSingleton<IArtifactStore>(new FolderArtifactStore(store))
        .AddIngestion(isAlone: true)
        .BuildServiceProvider();

    public static Experiment Experiment(int size) => new()
    {
        Name = "benchmark",
        Data = "benchmark",
        Input = new InputSpec(size, Channels: 3),
        Pretext = ["rotation"],
        FineTuning = new FineTuningSpec { Labels = [2] },
    };
}
