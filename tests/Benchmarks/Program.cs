using System.Globalization;
using BenchmarkDotNet.Running;
using Pipeline.Tests.Benchmarks;
using Pipeline.Tests.Benchmarks.Baselines;
using Pipeline.Tests.Benchmarks.Decoding;
using Pipeline.Tests.Benchmarks.Drops;
using Pipeline.Tests.Benchmarks.Ingesting;
using Pipeline.Tests.Benchmarks.Likeness;
using Pipeline.Tests.Benchmarks.Services;
using Pipeline.Tests.Benchmarks.Shards;
using Pipeline.Tests.Benchmarks.Tokenizing;
using Pipeline.Tests.Benchmarks.Transformers;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'
// dotnet run -c Release --project tests/Benchmarks -- ingestion FILES
// dotnet run -c Release --project tests/Benchmarks -- ingestion-memory FEW MANY
// dotnet run -c Release --project tests/Benchmarks -- containers ENTRIES
// dotnet run -c Release --project tests/Benchmarks -- growing FILES VERSIONS FILES-A-VERSION
// dotnet run -c Release --project tests/Benchmarks -- decoding FOLDER...
// dotnet run -c Release --project tests/Benchmarks -- hostile
// dotnet run -c Release --project tests/Benchmarks -- fuzz N SEED
// dotnet run -c Release --project tests/Benchmarks -- drops
// dotnet run -c Release --project tests/Benchmarks -- near-duplicates [IDX-FOLDER | files FOLDER...]
// dotnet run -c Release --project tests/Benchmarks -- overhead EXPERIMENT.yaml DATA
// dotnet run -c Release --project tests/Benchmarks -- scaling EXPERIMENT.yaml DATA
// dotnet run -c Release --project tests/Benchmarks -- queued RUNS MINUTES
// dotnet run -c Release --project tests/Benchmarks -- shards
// dotnet run -c Release --project tests/Benchmarks -- tokens-per-second SIZE PYTHON [THREADS]
// dotnet run -c Release --project tests/Benchmarks -- tokenizer FILE VOCABULARY [FOLDER-FOR-THE-VOCABULARIES]
// dotnet run -c Release --project tests/Benchmarks -- glosses data.noun
// dotnet run -c Release --project tests/Benchmarks -- splice FASTA
switch (args)
{
    case ["ingestion", var files]:
        await IngestionBenchmark.RunAsync(int.Parse(files, CultureInfo.InvariantCulture));
        break;
    case ["ingestion-memory", var few, var many]:
        await ImportMemoryBenchmark.RunAsync(int.Parse(few, CultureInfo.InvariantCulture), int.Parse(many, CultureInfo.InvariantCulture));
        break;
    case ["ingest"]:
        await IngestionProcess.ServeAsync();
        break;
    case ["import", var folder]:
        await ImportMemoryBenchmark.ImportAsync(folder);
        break;
    case ["containers", var entries]:
        await ContainersBenchmark.RunAsync(int.Parse(entries, CultureInfo.InvariantCulture));
        break;
    case ["growing", var files, var versions, var drop]:
        await GrowingBenchmark.RunAsync(int.Parse(files, CultureInfo.InvariantCulture), int.Parse(versions, CultureInfo.InvariantCulture),
            int.Parse(drop, CultureInfo.InvariantCulture));
        break;
    case ["decoding", _, ..]:
        DecodingBenchmark.Run(args[1..]);
        break;
    case ["hostile"]:
        HostileBenchmark.Run();
        break;
    case ["fuzz", var count, var seed]:
        FuzzRun.Run(int.Parse(count, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture));
        break;
    case ["drops"]:
        await DropsBenchmark.RunAsync();
        break;
    case ["near-duplicates"]:
        ManySamplesBenchmark.Run();
        break;
    case ["near-duplicates", "files", _, ..]:
        LikenessOfFiles.Run(args[2..]);
        break;
    case ["near-duplicates", var folder]:
        LikenessOnRealImages.Run(folder);
        break;
    case ["overhead", var experiment, var data]:
        await OverheadBenchmark.RunAsync(experiment, data);
        break;
    case ["scaling", var experiment, var data]:
        await ScalingBenchmark.RunAsync(experiment, data);
        break;
    case ["queued", var runs, var minutes]:
        await QueuedRunsBenchmark.RunAsync(int.Parse(runs, CultureInfo.InvariantCulture),
            TimeSpan.FromMinutes(int.Parse(minutes, CultureInfo.InvariantCulture)));
        break;
    case ["shards"]:
        await ManyShardsBenchmark.RunAsync();
        break;
    case ["tokens-per-second", var size, var python]:
        TokensPerSecondBenchmark.Run(size, python, Environment.ProcessorCount);
        break;
    case ["tokens-per-second", var size, var python, var threads]:
        TokensPerSecondBenchmark.Run(size, python, int.Parse(threads, CultureInfo.InvariantCulture));
        break;
    case ["tokenizer", var file, var vocabulary]:
        TokenizerBenchmark.Run(file, int.Parse(vocabulary, CultureInfo.InvariantCulture), folder: null);
        break;
    case ["tokenizer", var file, var vocabulary, var folder]:
        TokenizerBenchmark.Run(file, int.Parse(vocabulary, CultureInfo.InvariantCulture), folder);
        break;
    case ["glosses", var file]:
        SequenceBaselines.Glosses(file);
        break;
    case ["splice", var file]:
        SequenceBaselines.Splice(file);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(DecodingBenchmarks).Assembly).Run(args);
        break;
}
