using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class ConfusionMatrixTests
{
    [Fact]
    public void Rows_are_true_classes_and_draws_add_up()
    {
        var matrix = ConfusionMatrix.Of(3, [0, 0, 1], [[0, 1, 1], [0, 0, 2]]);

        Assert.Equal([3, 1, 0, 0, 1, 1, 0, 0, 0],
            from truth in Enumerable.Range(0, 3) from predicted in Enumerable.Range(0, 3) select matrix[truth, predicted]);
    }

    [Fact]
    public void Recall_is_the_share_of_a_class_that_was_recognised()
    {
        var matrix = ConfusionMatrix.Of(3, [0, 0, 1], [[0, 1, 1], [0, 0, 2]]);

        Assert.Equal([0.75, 0.5, double.NaN], Enumerable.Range(0, 3).Select(matrix.Recall));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(-1, 0)]
    public void A_class_outside_the_list_is_refused(int truth, int predicted) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfusionMatrix.Of(3, [truth], [[predicted]]));
}
