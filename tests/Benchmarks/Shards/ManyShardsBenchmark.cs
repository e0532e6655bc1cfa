using System.Diagnostics;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;

namespace Pipeline.Tests.Benchmarks.Shards;

/// <summary>Opening a training session over as many images as ImageNet has, and reading random rows, beside a small dataset.</summary>
internal static class ManyShardsBenchmark
{
    private const int Batch = 256;
    private const int Batches = 50;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-shards-").FullName;
        using var device = new TorchDevice(new TorchOptions());
        try
        {
            // Samples of a shard: about 1.4 times the least, as many as ingestion writes on average.
            var large = await MeasureAsync("1.28 million of 224×224", folder, device, new InputSpec(224, 3), (1_281_167, 50_000), 1_275);
            var small = await MeasureAsync("60,000 of 28×28", folder, device, new InputSpec(28, 1), (60_000, 10_000), 5_857);
            Console.WriteLine($"""
                CPU time a byte, 1.28 million of 224×224 over 60,000 of 28×28
                  rows      {large.Rows / small.Rows:f2}; {large.Rows / small.Mapped:f2} over rows of maps that stay open
                  batches   {large.Batch / small.Batch:f2}
                """);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Rows, double Mapped, double Batch)> MeasureAsync(
        string name, string folder, TorchDevice device, InputSpec input, (int Train, int Validation) samples, int inShard)
    {
        var task = ViewPretext.Rotation;
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
        var (before, cpu, clock) = (Environment.WorkingSet, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        using var work = await new PretextSource(dataset, experiment, dataset.Manifest, [dataset.PseudoLabels]).OpenWorkAsync(
            device, CancellationToken.None);
        Console.WriteLine($"""
            {name}: {dataset.Manifest.Shards.Count} shards of {inShard} samples
              opening a session   {clock.Elapsed.TotalSeconds:f2} s, CPU {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:f2} s, {(Environment.WorkingSet - before) / 1e6:f0} MB
            """);

        work.Assemble(0);
        var bytes = (double)Batch * input.Channels * input.Size * input.Size;
        var batch = Measure("a batch", bytes, step => work.Assemble(step + 1));
        using var reader = SampleReader.Open(dataset, dataset.Manifest, Split.Train);
        var pixels = new byte[(int)bytes];
        var rows = Measure("random rows", bytes, batch => Read(batch, sample => reader.Pixels(sample)));
        var mapped = samples.Train > 100_000 ? double.NaN : Mapped();
        Console.WriteLine($"  maps                {File.ReadLines("/proc/self/maps").Count()}");
        return (rows, mapped, batch);

        double Mapped()
        {
            SafetensorsFile[] files =
                [.. reader.Shards.Select(shard => SafetensorsFile.Open(Path.Combine(folder, $"{input.Size}", shard.File.Key)))];
            ReadOnlySpan<byte> Row(int sample) =>
                files[reader.ShardOf(sample)].ReadRows<byte>("pixels", sample - reader.First(reader.ShardOf(sample)), 1);

            // Every page is there: small data stays in memory, large data does not.
            for (var sample = 0; sample < reader.Count; sample++)
                Row(sample).CopyTo(pixels);

            var taken = Measure("rows of open maps", bytes, batch => Read(batch, Row));
            Array.ForEach(files, file => file.Dispose());
            return taken;
        }

        void Read(int batch, RowReader read)
        {
            var random = new Random(batch);
            for (var i = 0; i < Batch; i++)
                read(random.Next(reader.Count)).CopyTo(pixels.AsSpan(i * reader.ImageBytes));
        }
    }

    private delegate ReadOnlySpan<byte> RowReader(int sample);

    /// <returns>CPU seconds a byte.</returns>
    private static double Measure(string what, double bytes, Action<int> action)
    {
        action(-1);
        var (cpu, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        for (var i = 0; i < Batches; i++)
            action(i);

        var (taken, used) = (clock.Elapsed / Batches, (Environment.CpuUsage.TotalTime - cpu) / Batches);
        Console.WriteLine(
            $"  {what,-19} {taken.TotalMilliseconds:f2} ms, CPU {used.TotalMilliseconds:f2} ms, {bytes / used.TotalSeconds / 1e9:f2} GB "
            + "a CPU second");
        return used.TotalSeconds / bytes;
    }
}
