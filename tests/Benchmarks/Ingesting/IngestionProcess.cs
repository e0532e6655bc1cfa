using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>A process that may use so many cores and ingests a folder whenever it is told to, so that its compiler is done after some rounds.</summary>
internal sealed class IngestionProcess : IDisposable
{
    private const int Size = 64;

    private readonly Process _process;

    /// <param name="cores">Of the machine's, the first ones.</param>
    public IngestionProcess(string folder, int cores)
    {
        // taskset(1): threads of the pool and of the collector are as many as the cores that they may use.
        _process = Process.Start(new ProcessStartInfo("taskset", ["--cpu-list", $"0-{cores - 1}", "dotnet", typeof(IngestionProcess).Assembly.Location, "ingest", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>What the process does: a round for each line, seconds of the processor and of the clock back.</summary>
    public static async Task ServeAsync(string folder)
    {
        // They stay until the end: a file system without a journal looks at all that was deleted in the last minutes whenever it makes a file.
        var stores = Directory.CreateTempSubdirectory("pipeline-benchmark-stores-");
        try
        {
            for (var round = 0; await Console.In.ReadLineAsync() is not null; round++)
            {
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
    public async Task<(double Processor, double Wall)> MeasureAsync()
    {
        await _process.StandardInput.WriteLineAsync();
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
}
