using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>Many versions of one dataset, each some files larger than the one before: what each costs in time,
/// decoded files and bytes in the store.</summary>
internal static class GrowingBenchmark
{
    private const int Size = 32;

    /// <param name="files">Of the first version.</param>
    /// <param name="versions">After it.</param>
    /// <param name="drop">Files that each of them adds.</param>
    public static async Task RunAsync(int files, int versions, int drop)
    {
        var place = Directory.CreateTempSubdirectory("pipeline-benchmark-growing-");
        try
        {
            var lake = Path.Combine(place.FullName, "lake");
            await using var services = ImportRun.Services(Path.Combine(place.FullName, "store"));
            var random = new Random(1);
            Drop(lake, 0, files, random);
            Say(0, await ImportAsync(services, lake));
            var interval = new List<Cost>();
            for (var version = 1; version <= versions; version++)
            {
                Drop(lake, version, drop, random);
                interval.Add(await ImportAsync(services, lake));
                if (interval.Count == Math.Max(versions / 10, 1))
                {
                    Say(version, new Cost(interval.Average(cost => cost.Seconds), (int)interval.Average(cost => cost.Decoded),
                        (long)interval.Average(cost => cost.Bytes), interval[^1].Samples));
                    interval.Clear();
                }
            }
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private sealed record Cost(double Seconds, int Decoded, long Bytes, long Samples);

    private static void Say(int version, Cost cost) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"up to version {version}, {cost.Samples} samples: {cost.Seconds:0.000} s, {cost.Decoded} files decoded, {cost.Bytes / 1024.0:0} "
        + $"kB written, each"));

    private static async Task<Cost> ImportAsync(ServiceProvider services, string lake)
    {
        var store = services.GetRequiredService<IArtifactStore>();
        var before = await BytesAsync(store);
        var clock = Stopwatch.StartNew();
        var plan = (await services.GetRequiredService<ImportPlanner>().PlanAsync(ImportRun.Experiment(Size), lake)).Plan!.Value.Content;
        var committer = services.GetRequiredService<DatasetCommitter>();
        var missing = await committer.MissingAsync(plan);
        foreach (var chunk in missing)
            await services.GetRequiredService<ChunkImporter>().ImportAsync(plan, chunk);

        var dataset = await store.ReadManifestAsync<DatasetManifest>(await committer.CommitAsync(plan));
        var seconds = clock.Elapsed.TotalSeconds;
        return new Cost(seconds, missing.Sum(chunk => plan.Chunks[chunk].Items), await BytesAsync(store) - before, dataset.Summary.Samples);
    }

    private static async Task<long> BytesAsync(IArtifactStore store)
    {
        var bytes = 0L;
        foreach (var folder in (string[])["datasets", "imports", "listings"])
        {
            await foreach (var artifact in store.ListAsync(folder))
                bytes += artifact.Bytes;
        }

        return bytes;
    }

    // Dated as a lake's drops are, and old enough that a look may trust their times.
    private static void Drop(string lake, int version, int files, Random random)
    {
        var folder = Path.Combine(lake, $"{version:d5}");
        Directory.CreateDirectory(folder);
        for (var file = 0; file < files; file++)
        {
            var path = Path.Combine(folder, $"{file:d6}.bmp");
            File.WriteAllBytes(path, SmallBitmap.Random(Size, random));
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        }
    }
}
