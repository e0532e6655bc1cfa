using System.Diagnostics;
using System.Globalization;
using Pipeline.Images;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>A process that may use so many cores, and ingests or only decodes a folder whenever it is told to.</summary>
internal sealed class IngestionProcess : IDisposable
{
    private const int Size = 64;
    private const string Decoding = "decode ";

    private readonly Process _process;

    /// <param name="cores">Of the machine's, the first ones.</param>
    public IngestionProcess(int cores)
    {
        // taskset(1): threads of the pool and of the collector are as many as the cores that they may use.
        _process = Process.Start(
            new ProcessStartInfo("taskset",
                ["--cpu-list", $"0-{cores - 1}", "dotnet", typeof(IngestionProcess).Assembly.Location, "ingest"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
    }

    /// <summary>What the process does: a round for each line, which names the folder, and seconds back.</summary>
    public static async Task ServeAsync()
    {
        // They stay until the end: a file system without a journal looks at all that was
        // deleted in the last minutes whenever it makes a file.
        var stores = Directory.CreateTempSubdirectory("pipeline-benchmark-stores-");
        try
        {
            var decoders = Decoders().ToList();
            List<byte[]>? contents = null;
            var rounds = 0;
            while (await Console.In.ReadLineAsync() is { } folder)
            {
                if (folder.StartsWith(Decoding, StringComparison.Ordinal))
                {
                    contents ??= [.. Directory.EnumerateFiles(folder[Decoding.Length..]).Select(File.ReadAllBytes)];
                    Console.WriteLine(string.Join(' ', decoders.Select(decoder =>
                        string.Create(CultureInfo.InvariantCulture, $"{Seconds(() => contents.ForEach(decoder.Decode))}"))));
                    continue;
                }

                Empty(Path.Combine(stores.FullName, $"{rounds}"));
                var took = await ImportRun.MeasureAsync(folder, Path.Combine(stores.FullName, $"{++rounds}"), Size);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Processor} {took.Wall}"));
            }
        }
        finally
        {
            stores.Delete(recursive: true);
        }
    }

    /// <summary>What decodes alone.</summary>
    public static IEnumerable<(string Name, Action<byte[]> Decode)> Decoders()
    {
        var decoder = new ImageDecoder(new InputSpec(Size, Channels: 3), new ImageLimits(50_000_000, 32, 100));
        yield return ("its decoder", content => decoder.Decode(content));
    }

    /// <returns>Seconds of a whole ingestion.</returns>
    public async Task<(double Processor, double Wall)> MeasureAsync(string folder) =>
        await AskAsync(folder) is [var processor, var wall] ? (processor, wall) : throw new UnreachableException();

    /// <returns>Processor seconds of each of <see cref="Decoders"/>, for files that have been read.</returns>
    public Task<double[]> MeasureDecodingAsync(string folder) => AskAsync(Decoding + folder);

    private async Task<double[]> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The process that ingests has ended.");
        return [.. answer.Split(' ').Select(seconds => double.Parse(seconds, CultureInfo.InvariantCulture))];
    }

    private static double Seconds(Action work)
    {
        var begin = Process.GetCurrentProcess().TotalProcessorTime;
        work();
        return (Process.GetCurrentProcess().TotalProcessorTime - begin).TotalSeconds;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>So that the next round writes to memory that is in use: that of a virtual
    /// machine whose host takes back what is free is slow when it is first touched.</summary>
    private static void Empty(string store)
    {
        foreach (var path in Directory.Exists(store) ? Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories) : [])
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, 0);
        }
    }
}
