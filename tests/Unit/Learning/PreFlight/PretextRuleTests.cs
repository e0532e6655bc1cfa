using Pipeline.Learning.PreFlight;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

public sealed class PretextRuleTests
{
    [Fact]
    public void The_task_that_a_linear_model_leaves_most_of_is_taken() =>
        Assert.Equal(["flip"], PretextRule.Choose([Task("rotation", 4, 1, 0.88), Task("flip", 4, 0.95, 0.5), Task("rotation-flip", 8, 0.95, 0.6)]).Tasks);

    [Theory]
    [InlineData(0.52, "rotation-flip")]
    [InlineData(0.54, "flip")]
    public void Of_those_that_are_as_far_the_one_with_the_most_views_is_taken(double linear, string expected) =>
        Assert.Equal([expected], PretextRule.Choose([Task("flip", 4, 0.95, 0.5), Task("rotation-flip", 8, 0.95, linear), Task("rotation", 4, 1, 0.9)]).Tasks);

    [Fact]
    public void A_task_that_the_border_gives_away_is_not_taken() =>
        Assert.Equal(["rotation"], PretextRule.Choose([Task("rotation", 4, 1, 0.9), Task("flip", 4, 1, 0.3, cue: true)]).Tasks);

    [Fact]
    public void A_task_with_a_low_ceiling_is_not_taken() =>
        Assert.Equal(["rotation"], PretextRule.Choose([Task("rotation", 4, 1, 0.9), Task("flip", 4, 0.69, 0.3)]).Tasks);

    [Fact]
    public void Where_no_task_is_fit_one_is_taken_and_that_is_said()
    {
        var choice = PretextRule.Choose([Task("rotation", 4, 1, 0.9, cue: true), Task("flip", 4, 0.6, 0.3)]);

        Assert.Equal(["flip"], choice.Tasks);
        Assert.StartsWith("flip, though every task has a border cue or a low ceiling", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_could_be_measured_the_one_with_the_most_views_is_taken()
    {
        var choice = PretextRule.Choose([Task("rotation", 4, 1, null), Task("rotation-flip", 8, 0.95, null)]);

        Assert.Equal(["rotation-flip"], choice.Tasks);
        Assert.Contains("too few samples to measure", choice.Reason, StringComparison.Ordinal);
    }

    private static PretextOutlook Task(string name, int views, double ceiling, double? linear, bool cue = false)
    {
        var measured = linear is { } accuracy ? new MeasuredAccuracy(accuracy, accuracy - 0.02, accuracy + 0.02) : null;
        return new(name, views, 1.0 / views, 1 - ceiling, ceiling, measured, measured, cue, "");
    }
}
