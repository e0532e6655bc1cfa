using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>A whole ingestion in this process, files in, shards and provenance out, into a store that is empty before and gone after.</summary>
internal static class ImportRun
{
    /// <param name="Samples">In the dataset version.</param>
    /// <param name="Processor">Seconds of all cores.</param>
    /// <param name="Wall">Seconds.</param>
    internal sealed record Took(long Samples, double Processor, double Wall);

    /// <param name="size">Side of the samples, in pixels.</param>
    /// <param name="threads">Chunks that are decoded at a time.</param>
    public static async Task<Took> MeasureAsync(string folder, int size, int threads)
    {
        var store = Directory.CreateTempSubdirectory("pipeline-benchmark-store-");
        try
        {
            await using var services = Services(store.FullName);
            var begin = Process.GetCurrentProcess().TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            var planned = await services.GetRequiredService<ImportPlanner>().PlanAsync(Experiment(size), folder);
            var plan = planned.Plan!.Value.Content;
            var importer = services.GetRequiredService<ChunkImporter>();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, plan.Chunks.Count),
                new ParallelOptions { MaxDegreeOfParallelism = threads },
                async (chunk, cancellation) => await importer.ImportAsync(plan, chunk, cancellation: cancellation));
            var reference = await services.GetRequiredService<DatasetCommitter>().CommitAsync(plan);
            var took = (Process.GetCurrentProcess().TotalProcessorTime - begin, clock.Elapsed);
            var dataset = await services.GetRequiredService<IArtifactStore>().ReadManifestAsync<DatasetManifest>(reference);
            return new Took(dataset.Summary.Samples, took.Item1.TotalSeconds, took.Elapsed.TotalSeconds);
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    public static ServiceProvider Services(string store) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Lake:AnyFolder", "true")]).Build())
        .AddSingleton<IArtifactStore>(new FolderArtifactStore(store))
        .AddIngestion()
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
