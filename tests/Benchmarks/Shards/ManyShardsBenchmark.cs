using System.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Pretexts.Views;
using Pipeline.Learning.Training;

namespace Pipeline.Tests.Benchmarks.Shards;

/// <summary>Opening a training session over as many images as ImageNet has, and reading random rows, beside a small dataset.</summary>
internal static class ManyShardsBenchmark
{
    private const int Batch = 256;
    private const int Batches = 40;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-shards-").FullName;
        using var device = new TorchDevice(new TorchOptions());
        try
        {
            // Samples of a shard: about 1.4 times the least, as many as ingestion writes on average.
            var large = await MeasureAsync("1.28 million of 224×224", folder, device, new InputSpec(224, 3), (1_281_167, 50_000), 1_275);
            var small = await MeasureAsync("60,000 of 28×28", folder, device, new InputSpec(28, 1), (60_000, 10_000), 5_857);
            Console.WriteLine($"time a byte, large over small: rows {large.Row / small.Row:f2}, batches {large.Batch / small.Batch:f2}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Row, double Batch)> MeasureAsync(
        string name, string folder, TorchDevice device, InputSpec input, (int Train, int Validation) samples, int inShard)
    {
        var task = new RotationTask();
        var splits = new Dictionary<Split, int> { [Split.Train] = samples.Train, [Split.Validation] = samples.Validation };
        var dataset = await SimulatedDataset.CreateAsync(Path.Combine(folder, $"{input.Size}"), task, input, splits, inShard);
        var experiment = new Experiment
        {
            Name = "benchmark",
            Data = "simulated",
            Input = input,
            Pretext = [task.Name],
            Pretraining = new PretrainingSpec { Batch = Batch },
            FineTuning = new FineTuningSpec { Labels = [1] },
        };

        GC.Collect();
        var before = Environment.WorkingSet;
        var clock = Stopwatch.StartNew();
        using var work = await ViewWork.OpenAsync(dataset, experiment, dataset.Manifest, [dataset.PseudoLabels], device, CancellationToken.None);
        var (opened, memory) = (clock.Elapsed, Environment.WorkingSet - before);

        work.Assemble(0);
        var batch = Median(Batches, step => work.Assemble(step + 1));
        using var reader = SampleReader.Open(dataset, dataset.Manifest, Split.Train);
        var pixels = new byte[Batch * reader.ImageBytes];
        var random = new Random(1);
        var row = Median(Batches, _ =>
        {
            for (var i = 0; i < Batch; i++)
                reader.Pixels(random.Next(reader.Count)).CopyTo(pixels.AsSpan(i * reader.ImageBytes));
        });
        Console.WriteLine($"""
            {name}: {dataset.Manifest.Shards.Count} shards of {inShard} samples
              opening a session   {opened.TotalSeconds:f2} s, {memory / 1e6:f0} MB
              {Batch} random rows     {row.TotalMilliseconds:f2} ms, {pixels.Length / row.TotalSeconds / 1e9:f2} GB/s
              a batch             {batch.TotalMilliseconds:f2} ms, {pixels.Length / batch.TotalSeconds / 1e9:f2} GB/s
              maps                {File.ReadLines("/proc/self/maps").Count()}
            """);
        return (row.TotalSeconds / pixels.Length, batch.TotalSeconds / pixels.Length);
    }

    private static TimeSpan Median(int times, Action<int> action)
    {
        var taken = new List<TimeSpan>();
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            action(i);
            taken.Add(clock.Elapsed);
        }

        return taken.Order().ElementAt(times / 2);
    }
}
