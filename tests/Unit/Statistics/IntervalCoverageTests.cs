using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

/// <summary>How often the 95 % interval holds the true difference, over made-up experiments.</summary>
public class IntervalCoverageTests
{
    private const int Experiments = 600;

    /// <param name="ownLuckDeviation">How differently a draw suits the two arms.</param>
    [Theory]
    [InlineData(5, 1000, 0.05)]
    [InlineData(5, 500, 0.10)]
    [InlineData(5, 500, 0.15)]
    [InlineData(20, 500, 0.10)]
    public void The_interval_holds_the_true_difference_as_often_as_it_says(int draws, int samples, double ownLuckDeviation) =>
        Assert.InRange(Coverage(draws, samples, ownLuckDeviation), 0.93, 0.98);

    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(2, 4.303)]
    [InlineData(4, 2.776)]
    [InlineData(9, 2.262)]
    [InlineData(30, 2.042)]
    public void Quantiles_are_those_of_the_tables(int degrees, double expected) =>
        Assert.Equal(expected, Interval.StudentQuantile(degrees), tolerance: 0.003 * expected);

    private static double Coverage(int draws, int samples, double ownLuckDeviation)
    {
        const double effect = 0.2;
        var truth = Synthetic.TrueDifference(effect, ownLuckDeviation);
        return Enumerable.Range(1, Experiments).AsParallel().Average(experiment =>
        {
            var (first, second) = Synthetic.Arms((ulong)experiment, draws, samples, effect, ownLuckDeviation);
            var (_, interval) = PairedBootstrap.Difference(first, second, resamples: 200, seed: (ulong)experiment);
            return interval.Low <= truth && truth <= interval.High ? 1.0 : 0.0;
        });
    }
}
