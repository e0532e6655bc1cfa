using BenchmarkDotNet.Running;
using Pipeline.Tests.Benchmarks;
using Pipeline.Tests.Benchmarks.Drops;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'
// dotnet run -c Release --project tests/Benchmarks -- drops
if (args is ["drops"])
{
    await DropsBenchmark.RunAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(DecodingBenchmarks).Assembly).Run(args);
