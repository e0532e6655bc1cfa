using Pipeline.Evaluation.Reporting;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public class FiguresTests
{
    [Theory]
    [InlineData(0.069, "+6.9")]
    [InlineData(-0.069, "−6.9")]
    [InlineData(0.0001, "0.0")]
    [InlineData(-0.0001, "0.0")]
    public void Points_carry_their_sign_unless_they_round_to_nothing(double fraction, string expected) =>
        Assert.Equal(expected, Figures.Points(fraction));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.003, "0.003")]
    [InlineData(0.0012345, "0.00123")]
    [InlineData(2.30, "2.3")]
    [InlineData(45.67, "45.7")]
    [InlineData(12345, "12 345")]
    [InlineData(0.00001, "1e-5")]
    [InlineData(double.NaN, "–")]
    public void Numbers_have_no_more_digits_than_mean_something(double value, string expected) =>
        Assert.Equal(expected, Plain(Figures.Number(value)).Replace('−', '-'));

    [Theory]
    [InlineData(0.4, "0.40 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.7, "1 min 0 s")]
    [InlineData(75, "1 min 15 s")]
    [InlineData(3599.7, "1 h 0 min")]
    [InlineData(7380, "2 h 3 min")]
    public void Durations_are_read_in_the_largest_units(double seconds, string expected) =>
        Assert.Equal(expected, Plain(Figures.Duration(seconds)));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(48_213, "48.2 kB")]
    [InlineData(1_234_567, "1.2 MB")]
    public void Bytes_are_read_in_decimal_units(long bytes, string expected) =>
        Assert.Equal(expected, Plain(Figures.Bytes(bytes)));

    [Fact]
    public void Arms_are_called_what_they_are_called_everywhere() =>
        Assert.Equal("frozen-random", Figures.Name(Arm.FrozenRandom));

    private static string Plain(string text) => text.Replace('\u202F', ' ');
}
