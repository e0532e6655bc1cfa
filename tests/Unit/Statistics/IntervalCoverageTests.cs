using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

/// <summary>How often the 95 % interval holds the true difference, over made-up experiments.</summary>
public class IntervalCoverageTests
{
    private const int Experiments = 600;
    private const double Effect = 0.2;

    /// <param name="ownLuckDeviation">How differently a draw suits the two arms.</param>
    [Theory]
    [InlineData(5, 1000, 0.05)]
    [InlineData(5, 500, 0.10)]
    [InlineData(5, 500, 0.15)]
    [InlineData(20, 500, 0.10)]
    public void The_interval_holds_the_true_difference_as_often_as_it_says(int draws, int samples, double ownLuckDeviation) =>
        Assert.InRange(Coverage(draws, samples, ownLuckDeviation), 0.93, 0.98);

    /// <param name="encoderDeviation">How differently good encoders are: with 0.05, 0.15 and 0.3 about 1.4, 4 and 8 points.</param>
    [Theory]
    [InlineData(3, 0, 0.98)]
    [InlineData(3, 0.05, 0.98)]
    [InlineData(3, 0.15, 0.98)]
    [InlineData(3, 0.3, 0.98)]
    [InlineData(2, 0.15, 1)]
    public void It_does_so_over_encoders_of_several_pretraining_seeds(int encoders, double encoderDeviation, double most)
    {
        const double ownLuckDeviation = 0.1;
        var truth = Synthetic.TrueDifference(Effect, ownLuckDeviation, encoderDeviation);

        Assert.InRange(
            Coverage(truth, seed => Synthetic.Arms(seed, encoders, 5, 500, Effect, ownLuckDeviation, encoderDeviation)), 0.93, most);
    }

    [Theory]
    [InlineData(2.5, 3.743)]
    [InlineData(1000, 1.962)]
    [InlineData(double.PositiveInfinity, 1.960)]
    public void Quantiles_between_whole_degrees_lie_on_the_line(double degrees, double expected) =>
        Assert.Equal(expected, Interval.StudentQuantile(degrees), tolerance: 0.005 * expected);

    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(2, 4.303)]
    [InlineData(4, 2.776)]
    [InlineData(9, 2.262)]
    [InlineData(30, 2.042)]
    public void Quantiles_are_those_of_the_tables(int degrees, double expected) =>
        Assert.Equal(expected, Interval.StudentQuantile(degrees), tolerance: 0.003 * expected);

    private static double Coverage(int draws, int samples, double ownLuckDeviation) => Coverage(
        Synthetic.TrueDifference(Effect, ownLuckDeviation), seed => Synthetic.Arms(seed, draws, samples, Effect, ownLuckDeviation));

    private static double Coverage(double truth, Func<ulong, (Answers First, Answers Second)> arms) =>
        Enumerable.Range(1, Experiments).AsParallel().Average(experiment =>
        {
            var (first, second) = arms((ulong)experiment);
            var (_, interval) = PairedBootstrap.Difference(first, second, resamples: 200, seed: (ulong)experiment);
            return interval.Low <= truth && truth <= interval.High ? 1.0 : 0.0;
        });
}
