using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class HitsTests
{
    [Fact]
    public void Accuracy_is_the_share_of_right_answers_in_each_draw_and_over_all()
    {
        var hits = Hits.Of([0, 1, 2, 1], [[0, 1, 2, 2], [0, 0, 0, 0]]);

        Assert.Equal([0.75, 0.25], hits.ByDraw);
        Assert.Equal(0.5, hits.Mean);
    }

    [Fact]
    public void Draws_with_different_numbers_of_test_samples_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Hits([[true, false], [true]]));

        Assert.Contains("1 test samples, the first has 2", error.Message, StringComparison.Ordinal);
    }
}
