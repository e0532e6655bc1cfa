using System.Diagnostics;
using System.Globalization;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Tests.Unit.Images.Hostile;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>What each hostile file costs: CPU time (the least of three), and by how much it raises the peak of the process's memory.</summary>
internal static class HostileBenchmark
{
    public static void Run()
    {
        var decoder = new ImageDecoder(new InputSpec(64, 3), new ImageLimits(50_000_000, 32, 100));
        foreach (var sample in SampleFiles.All.Values)
            decoder.Decode(sample);

        var costs = HostileFiles.All.Select(file => (file.Key, Cost: Cost(decoder, file.Value.Content))).ToList();
        Console.WriteLine($"{costs.Count} files; the costliest:");
        var slowest = costs.OrderByDescending(cost => cost.Cost.Milliseconds).Take(5);
        var largest = costs.OrderByDescending(cost => cost.Cost.Megabytes).Take(5);
        foreach (var (file, (milliseconds, megabytes)) in slowest.Union(largest))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {file}: {milliseconds:0.0} ms, {megabytes:0} MB"));
    }

    private static (double Milliseconds, double Megabytes) Cost(ImageDecoder decoder, byte[] content)
    {
        var (least, most) = (double.MaxValue, 0.0);
        for (var trial = 0; trial < 3; trial++)
        {
            GC.Collect();
            // Linux: sets the peak to what is used now.
            File.WriteAllText("/proc/self/clear_refs", "5");
            var before = Peak();
            var clock = Stopwatch.StartNew();
            try
            {
                decoder.Decode(content);
            }
            catch (ImageRejectedException)
            {
            }

            least = Math.Min(least, clock.Elapsed.TotalMilliseconds);
            most = Math.Max(most, Peak() - before);
        }

        return (least, most);
    }

    private static double Peak() =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
}
