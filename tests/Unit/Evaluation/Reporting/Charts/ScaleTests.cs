using Pipeline.Evaluation.Reporting.Charts;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting.Charts;

public class ScaleTests
{
    [Theory]
    [InlineData(0, 1, 5, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(0, 6740, 4, new[] { 0.0, 2000, 4000, 6000 })]
    [InlineData(-0.3, 0.3, 3, new[] { -0.2, 0, 0.2 })]
    public void Marks_are_round_values_within_the_range(double low, double high, int marks, double[] expected) =>
        Assert.Equal(expected, Scale.Round(low, high, marks));

    [Fact]
    public void On_a_logarithmic_axis_equal_ratios_are_equally_far_apart()
    {
        var scale = new Scale(new Axis("labels", Figures) { Logarithmic = true }, [10, 1000], start: 0, end: 200, marks: 5);

        Assert.Equal([0, 100, 200], new double[] { 10, 100, 1000 }.Select(value => Math.Round(scale.At(value), 9)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_single_value_stands_in_the_middle(bool logarithmic)
    {
        var scale = new Scale(new Axis("labels", Figures) { Logarithmic = logarithmic }, [60], start: 0, end: 200, marks: 5);

        Assert.Equal(100, scale.At(60), 9);
    }

    [Fact]
    public void Values_that_are_no_numbers_do_not_count()
    {
        var scale = new Scale(new Axis("loss", Figures), [1, double.NaN, double.PositiveInfinity, 3], start: 0, end: 200, marks: 5);

        Assert.Equal(100, scale.At(2), 9);
    }

    private static string Figures(double value) => value.ToString("G");
}
