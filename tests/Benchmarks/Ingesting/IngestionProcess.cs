using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>A process that may use so many cores and ingests a folder whenever it is told to.</summary>
internal sealed class IngestionProcess : IDisposable
{
    private const int Size = 64;

    private readonly Process _process;

    /// <param name="cores">Of the machine's, the first ones.</param>
    public IngestionProcess(int cores)
    {
        // taskset(1): threads of the pool and of the collector are as many as the cores that they may use.
        _process = Process.Start(new ProcessStartInfo("taskset", ["--cpu-list", $"0-{cores - 1}", "dotnet", typeof(IngestionProcess).Assembly.Location, "ingest"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>What the process does: a round for each line, which names the folder, and seconds of the processor and of the clock back.</summary>
    public static async Task ServeAsync()
    {
        // They stay until the end: a file system without a journal looks at all that was deleted in the last minutes whenever it makes a file.
        var stores = Directory.CreateTempSubdirectory("pipeline-benchmark-stores-");
        try
        {
            for (var round = 0; await Console.In.ReadLineAsync() is { } folder; round++)
            {
                Empty(Path.Combine(stores.FullName, $"{round - 1}"));
                var took = await ImportRun.MeasureAsync(folder, Path.Combine(stores.FullName, $"{round}"), Size);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Processor} {took.Wall}"));
            }
        }
        finally
        {
            stores.Delete(recursive: true);
        }
    }

    /// <returns>Seconds.</returns>
    public async Task<(double Processor, double Wall)> MeasureAsync(string folder)
    {
        await _process.StandardInput.WriteLineAsync(folder);
        await _process.StandardInput.FlushAsync();
        var answer = (await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The process that ingests has ended.")).Split(' ');
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>So that the next round writes to memory that is in use: that of a virtual machine whose host takes back what is free is slow when it is first touched.</summary>
    private static void Empty(string store)
    {
        foreach (var path in Directory.Exists(store) ? Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories) : [])
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, 0);
        }
    }
}
