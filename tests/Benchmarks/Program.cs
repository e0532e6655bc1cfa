using BenchmarkDotNet.Running;
using Pipeline.Tests.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(DecodingBenchmarks).Assembly).Run(args);
