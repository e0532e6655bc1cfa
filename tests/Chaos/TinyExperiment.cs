using System.Diagnostics;
using System.Text.Json;
using Pipeline.Tests.EndToEnd;

namespace Pipeline.Tests.Chaos;

/// <summary>An experiment that is small and yet has many parts in every stage for faults to hit.</summary>
public sealed class TinyExperiment : IDisposable
{
    private bool _kept;
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-chaos-").FullName;

    /// <param name="name"><c>image</c>, <c>contrastive</c> or <c>text</c>.</param>
    /// <param name="epochs">Of pretraining, which takes its time by them. Null for some seconds.</param>
    public TinyExperiment(string name = Modalities.Image, int? epochs = null)
    {
        Name = name;
        var (experiment, enough) = name switch { Modalities.Text => (Text, 12), "contrastive" => (Contrastive, 60), _ => (Image, 60) };
        Json = experiment.Replace("EPOCHS", $"{epochs ?? enough}", StringComparison.Ordinal);
        TinyTask.All[name == Modalities.Text ? name : Modalities.Image].Write(Data);
        File.WriteAllText(Path.Combine(_root, "tiny.json"), Json);
    }

    public string Name { get; }

    public string Data => Path.Combine(_root, "data");

    public string Logs => Directory.CreateDirectory(Path.Combine(_root, "logs")).FullName;

    public string Cache => Path.Combine(_root, "cache");

    /// <summary>As a message holds it, and as a file, as JSON is YAML.</summary>
    public string Json { get; }

    private const string Image = """
        {
          "name": "tiny", "data": "tiny", "input": { "size": 12, "channels": 1 }, "pretext": "auto",
          "encoder": { "name": "convnet", "width": 4 },
          "pretraining": { "epochs": EPOCHS, "batch": 16, "augmentation": { "scale": 1, "shift": 1, "gain": 1.1, "cutout": 2 } },
          "fineTuning": { "labels": [6, 12], "draws": 3, "learningRates": [0.003], "probePenalties": [0.01, 0.1], "steps": 30 },
          "evaluation": { "resamples": 20000 }
        }
        """;

    /// <summary>With every option of the trainer.</summary>
    private const string Contrastive = """
        {
          "name": "tiny", "data": "tiny", "input": { "size": 12, "channels": 1 }, "pretext": "contrastive",
          "encoder": { "name": "convnet", "width": 4 },
          "pretraining": {
            "epochs": EPOCHS, "batch": 16, "accumulate": 2, "clip": 1, "decay": "matrices", "averaging": 0.99,
            "contrastive": { "hidden": 32, "projection": 16 }
          },
          "fineTuning": { "labels": [6, 12], "draws": 3, "learningRates": [0.003], "probePenalties": [0.01, 0.1], "steps": 30 },
          "evaluation": { "resamples": 20000 }
        }
        """;

    private const string Text = """
        {
          "name": "tiny", "modality": "text", "data": "tiny", "input": { "window": 200 }, "tokenizer": { "kind": "wordpiece", "vocabulary": 300, "length": 32 }, "pretext": "auto",
          "encoder": { "name": "transformer", "width": 16, "layers": 1, "heads": 2, "feedForward": 32, "dropout": 0 },
          "pretraining": { "epochs": EPOCHS, "batch": 16 },
          "fineTuning": { "labels": [6, 12], "draws": 3, "learningRates": [0.003], "probePenalties": [0.01, 0.1], "steps": 30 },
          "evaluation": { "resamples": 20000 }
        }
        """;

    /// <summary>The command that runs it over this folder of data.</summary>
    public string Request => $$"""{ "experiment": {{Json}}, "source": {{JsonSerializer.Serialize(Data)}} }""";

    /// <summary>Small chunks, shards and slices.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Ingestion__ChunkItems"] = "20",
        ["Ingestion__ShardBytes"] = $"{20 * TinyImages.Size * TinyImages.Size}",
        ["Pretraining__SliceBudget"] = "00:00:01",
    };

    /// <summary>What the one-process shape finds: the measure of all others.</summary>
    public async Task<string> FindLocallyAsync()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Pipeline.Cli.dll"), "run", "tiny.json", "--data", "data", "--store", "store",
                "--device", "cpu", "--threads", "1"])
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Settings)
        {
            start.Environment["PIPELINE_" + name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var report = Directory.EnumerateFiles(Path.Combine(_root, "store", "runs"), "report.json", SearchOption.AllDirectories)
            .SingleOrDefault()
            ?? throw new InvalidOperationException($"The one-process run left no report:\n{output}");
        return Findings(await File.ReadAllBytesAsync(report));
    }

    /// <summary>What must not depend on the shape, nor on what went wrong.</summary>
    public static string Findings(ReadOnlyMemory<byte> report)
    {
        using var document = JsonDocument.Parse(report);
        var root = document.RootElement;
        return JsonSerializer.Serialize(
            new
            {
                pretext = root.GetProperty("preFlight").GetProperty("choice"),
                encoder = root.GetProperty("encoderDigest"),
                results = root.GetProperty("byLabelCount")
            });
    }

    /// <summary>Its folder stays, to be looked at.</summary>
    public void Keep() => _kept = true;

    public void Dispose()
    {
        if (!_kept)
            Directory.Delete(_root, recursive: true);
    }
}
