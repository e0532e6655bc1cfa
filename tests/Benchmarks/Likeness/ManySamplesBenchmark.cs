using System.Diagnostics;
using Pipeline.Ingestion.Planning;
using Pipeline.Likeness;

namespace Pipeline.Tests.Benchmarks.Likeness;

/// <summary>Seconds and bytes that it takes to group many samples, of which every fiftieth is nearly a copy of another.</summary>
internal static class ManySamplesBenchmark
{
    private const int ThumbnailBytes = 256;
    private const int CopyEvery = 50;

    public static void Run()
    {
        var options = new IngestionOptions();
        foreach (var count in (int[])[60_000, 1_000_000])
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var clock = Stopwatch.StartNew();
            using var looks = new PictureLooks(new LikenessThresholds(options.NearDuplicateDistance, options.NearDuplicateCorrelation),
                ThumbnailBytes, count);
            Fill(looks, count);
            var filled = clock.Elapsed;
            var stars = SampleStars.Of(looks);
            var seconds = (clock.Elapsed - filled).TotalSeconds;
            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            Console.WriteLine(
                $"{count} samples: {seconds:f1} s, {(double)held / count:f0} bytes of memory and {ThumbnailBytes} of a temporary file a "
                + $"sample; {stars.Groups} groups, {count / CopyEvery} made");
            GC.KeepAlive(looks);
        }
    }

    private static void Fill(PictureLooks looks, int count)
    {
        var random = new Random(1);
        var (hash, thumbnail) = (0UL, new byte[ThumbnailBytes]);
        for (var i = 0; i < count; i++)
        {
            if (i % CopyEvery == CopyEvery - 1)
            {
                hash ^= 1UL << random.Next(64);
                thumbnail[random.Next(thumbnail.Length)] ^= 3;
            }
            else
            {
                hash = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
                random.NextBytes(thumbnail);
            }

            looks.Add(hash, thumbnail);
        }
    }
}
