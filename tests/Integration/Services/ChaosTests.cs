using Pipeline.Tests.Chaos;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class ChaosTests
{
    /// <summary>The short form of <c>dotnet run --project tests/Chaos</c>; docs/reliability.md has the long one.</summary>
    [Theory]
    [InlineData("image contrastive", 5, 10)]
    [InlineData("text", 6, 5)]
    public async Task Five_services_find_what_one_process_finds_left_alone_and_under_faults(string experiments, int seed, int faults)
    {
        var log = new StringWriter();
        var outcome = await ChaosProgram.RunAsync(seed, faults, faultsPerRun: 5, log, experiments.Split(' '));

        Assert.True(outcome.Problems.Count == 0, $"{outcome.Summary}\n{log}");
        Assert.Equal(faults, outcome.Faults.Values.Sum());
    }
}
