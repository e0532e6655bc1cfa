using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class VerdictRuleTests
{
    [Theory]
    [InlineData(0.01, 0.02, Verdict.Helps)]
    [InlineData(0, 0.02, Verdict.NoEvidence)]
    [InlineData(-0.01, 0.02, Verdict.NoEvidence)]
    [InlineData(-0.01, 0, Verdict.NoEvidence)]
    [InlineData(-0.02, -0.01, Verdict.Hurts)]
    public void Only_an_interval_wholly_on_one_side_of_nothing_is_a_verdict(double low, double high, Verdict expected) =>
        Assert.Equal(expected, VerdictRule.Judge(new Interval(low, high)));
}
