using System.Diagnostics;
using System.Globalization;
using Pipeline.Tests.Unit.Lake.Containers;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>The same small images as files, and as the entries of one container of each kind:
/// seconds and peak memory of a process that imports them.</summary>
internal static class ContainersBenchmark
{
    private const int Size = 8;
    private const int FilesAFolder = 1000;

    public static async Task RunAsync(int entries)
    {
        var random = new Random(1);
        (string Name, byte[] Content)[] images =
            [.. Enumerable.Range(0, entries)
                .Select(entry => ($"{entry / FilesAFolder:d5}/{entry:d7}.bmp", SmallBitmap.Random(Size, random)))];
        await MeasureAsync("files", folder =>
        {
            foreach (var (name, content) in images)
            {
                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }

            return Task.CompletedTask;
        });
        await MeasureAsync("zip", folder => File.WriteAllBytesAsync(Path.Combine(folder, "all.zip"), Archives.Zip(images)));
        await MeasureAsync("tar.gz",
            folder => File.WriteAllBytesAsync(Path.Combine(folder, "all.tar.gz"), Archives.Gzip(Archives.Tar(images))));
        await MeasureAsync("Parquet, two row groups", async folder => await File.WriteAllBytesAsync(
            Path.Combine(folder, "all.parquet"),
            await Archives.ParquetAsync([.. images.Select(image => image.Content)], [.. images.Select((_, entry) => $"{entry % 2}")])));
        await MeasureAsync("Arrow, one batch", folder => File.WriteAllBytesAsync(
            Path.Combine(folder, "all.arrow"),
            Archives.Arrow([.. images.Select(image => image.Content)], [.. images.Select((_, entry) => entry % 2L)], isFile: true)));
    }

    private static async Task MeasureAsync(string kind, Func<string, Task> dropAsync)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-benchmark-lake-");
        try
        {
            await dropAsync(folder.FullName);
            var clock = Stopwatch.StartNew();
            var peak = await ImportMemoryBenchmark.PeakAsync(folder.FullName);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {clock.Elapsed.TotalSeconds:0.0} s, {peak >> 20} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
