using Pipeline.Learning.Native;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

/// <summary>Classes that touch torch: one at a time, as its thread count belongs to the process,
/// and results repeat bit for bit at one count only.</summary>
[CollectionDefinition(Name)]
public sealed class TorchTests : ICollectionFixture<LoadedTorch>
{
    public const string Name = "torch";
}

/// <summary>libtorch, loaded before any of the tests.</summary>
public sealed class LoadedTorch
{
    public LoadedTorch() => LibTorch.Load(Options);

    public static TorchOptions Options { get; } = new() { Device = "cpu", Threads = 1 };
}
