using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class IsotonicRegressionTests
{
    [Theory]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 1.0, 2, 3 })]
    [InlineData(new[] { 3.0, 2, 1 }, new[] { 2.0, 2, 2 })]
    [InlineData(new[] { 1.0, 3, 2, 4 }, new[] { 1.0, 2.5, 2.5, 4 })]
    [InlineData(new[] { 5.0 }, new[] { 5.0 })]
    public void Violators_are_pooled_to_their_mean(double[] values, double[] expected) =>
        Assert.Equal(expected, IsotonicRegression.Fit(values));

    [Fact]
    public void The_fit_is_that_of_the_min_max_formula()
    {
        for (var trial = 0; trial < 100; trial++)
        {
            var random = new CounterRandom(1, "isotonic", trial);
            var values = new double[1 + random.NextInt(12)];
            for (var i = 0; i < values.Length; i++)
                values[i] = random.NextInt(6);

            var fit = IsotonicRegression.Fit(values);

            Assert.Equal(Naive(values), fit, (expected, actual) => Math.Abs(expected - actual) < 1e-12);
        }
    }

    /// <summary>Fit at i = the greatest, over starts up to i, of the least, over ends from i, of the mean between start and end.</summary>
    private static double[] Naive(double[] values) =>
        [.. Enumerable.Range(0, values.Length).Select(i =>
            Enumerable.Range(0, i + 1).Max(start =>
                Enumerable.Range(i, values.Length - i).Min(end => values[start..(end + 1)].Average())))];
}
