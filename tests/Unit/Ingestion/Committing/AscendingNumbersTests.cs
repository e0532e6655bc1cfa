using Pipeline.Ingestion.Grouping;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class AscendingNumbersTests
{
    [Theory]
    [InlineData(1, 1, 1.0)]
    [InlineData(2, 64, 0.5)]
    [InlineData(3, 512, 1.0)]
    [InlineData(4, 5000, 0.002)]
    [InlineData(5, 5000, 0.3)]
    [InlineData(6, 5120, 1.0)]
    public void They_are_found_as_in_a_list(int seed, int end, double share)
    {
        var random = new Random(seed);
        var expected = Enumerable.Range(0, end).Where(_ => random.NextDouble() < share).ToList();
        var numbers = new AscendingNumbers(end);
        foreach (var number in expected)
        {
            Assert.Equal(-1, numbers.PlaceOf(number));
            numbers.Add(number);
            Assert.Equal(numbers.Count - 1, numbers.PlaceOf(number));
        }

        Assert.Equal(expected.Count, numbers.Count);
        Assert.Equal(expected, Enumerable.Range(0, numbers.Count).Select(place => numbers[place]));
        Assert.Equal(Enumerable.Range(-1, end + 2).Select(number => expected.IndexOf(number)), Enumerable.Range(-1, end + 2).Select(number => numbers.PlaceOf(number)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var numbers = new AscendingNumbers(10);
        numbers.Add(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => numbers.Add(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers.Add(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers.Add(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers[-1]);
    }
}
