using Pipeline.Cli.Progress;
using Spectre.Console.Rendering;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Progress;

public class DataLinesTests
{
    [Fact]
    public void Lines_that_fit_stay_as_they_are() => Assert.Equal(["one", "two"], DataLines.Fitting(["one", "two"], width: 3, height: 2));

    [Fact]
    public void A_line_is_cut_at_the_edge_of_the_terminal() => Assert.Equal(["abc…"], DataLines.Fitting(["abcdef"], width: 4, height: 2));

    [Fact]
    public void Letters_of_two_cells_are_counted_as_two() =>
        Assert.All(DataLines.Fitting(["猫猫猫猫猫猫"], width: 6, height: 1), line => Assert.InRange(new Segment(line).CellCount(), 1, 6));

    [Fact]
    public void More_lines_than_there_is_room_for_are_counted() =>
        Assert.Equal(["a", "and 3 more lines: 'status --data' shows all"], DataLines.Fitting(["a", "b", "c", "d"], width: 80, height: 2));

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Without_room_nothing_is_drawn(int height) => Assert.Empty(DataLines.Fitting(["a"], width: 80, height));
}
