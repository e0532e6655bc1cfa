using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>Peak memory of an ingestion of many small files over that of few, each in a process of its own.</summary>
internal static class ImportMemoryBenchmark
{
    private const int Size = 8;

    public static async Task RunAsync(int few, int many)
    {
        var peaks = new List<long>();
        foreach (var files in new[] { few, many })
        {
            var folder = Directory.CreateTempSubdirectory("pipeline-benchmark-lake-");
            try
            {
                Drop(folder.FullName, files);
                peaks.Add(await PeakAsync(folder.FullName));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{few} files: {peaks[0] >> 20} MB; {many} files: {peaks[1] >> 20} MB, {(double)peaks[1] / peaks[0]:0.00} ×"));
    }

    /// <summary>Imports a folder and says what memory that took at most: <c>VmHWM</c> of proc(5).</summary>
    public static async Task ImportAsync(string folder)
    {
        var store = Directory.CreateTempSubdirectory("pipeline-benchmark-store-");
        var took = await ImportRun.MeasureAsync(folder, store.FullName, Size);
        store.Delete(recursive: true);
        var peak = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Samples} samples in {took.Wall:0} s"));
        Console.WriteLine(peak);
    }

    /// <returns>Bytes, of a process that imports the folder.</returns>
    public static async Task<long> PeakAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ImportMemoryBenchmark).Assembly.Location, "import",
            folder])
        { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return long.Parse(output.Trim(), CultureInfo.InvariantCulture) << 10;
    }

    // A thousand to a folder. Portable pixmaps would be smaller still; a bitmap is the smallest of the formats that are read.
    private static void Drop(string folder, int files)
    {
        var random = new Random(1);
        for (var file = 0; file < files; file++)
        {
            var below = Path.Combine(folder, $"{file / 1000:d5}");
            if (file % 1000 == 0)
                Directory.CreateDirectory(below);

            File.WriteAllBytes(Path.Combine(below, $"{file:d7}.bmp"), SmallBitmap.Random(Size, random));
        }
    }
}
