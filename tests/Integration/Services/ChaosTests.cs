using Pipeline.Tests.Chaos;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class ChaosTests
{
    /// <summary>The short form of <c>dotnet run --project tests/Chaos</c>; docs/reliability.md has the long one.</summary>
    [Fact]
    public async Task Five_services_find_what_one_process_finds_left_alone_and_under_ten_faults()
    {
        var log = new StringWriter();
        var outcome = await ChaosProgram.RunAsync(seed: 5, faults: 10, faultsPerRun: 10, log);

        Assert.True(outcome.Problems.Count == 0, $"{outcome.Summary}\n{log}");
        Assert.Equal(10, outcome.Faults.Values.Sum());
    }
}
