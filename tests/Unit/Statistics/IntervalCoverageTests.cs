using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

/// <summary>How often the 95 % interval holds the true difference, over 200 made-up experiments.</summary>
public class IntervalCoverageTests
{
    [Theory]
    [InlineData(5, 1000, 0.05)]
    [InlineData(20, 500, 0.10)]
    public void The_interval_holds_the_true_difference_about_as_often_as_it_says(int draws, int samples, double ownLuckDeviation)
    {
        var coverage = Coverage(draws, samples, ownLuckDeviation);

        Assert.InRange(coverage, 0.90, 0.99);
    }

    [Fact]
    public void With_five_draws_that_suit_the_arms_very_differently_it_holds_it_too_rarely()
    {
        var coverage = Coverage(draws: 5, samples: 500, ownLuckDeviation: 0.15);

        Assert.InRange(coverage, 0.78, 0.92);
    }

    private static double Coverage(int draws, int samples, double ownLuckDeviation)
    {
        const double effect = 0.2;
        var truth = Synthetic.TrueDifference(effect, ownLuckDeviation);
        return Enumerable.Range(1, 200).AsParallel().Average(experiment =>
        {
            var (first, second) = Synthetic.Arms((ulong)experiment, draws, samples, effect, ownLuckDeviation);
            var (_, interval) = PairedBootstrap.Difference(first, second, resamples: 200, seed: (ulong)experiment);
            return interval.Low <= truth && truth <= interval.High ? 1.0 : 0.0;
        });
    }
}
