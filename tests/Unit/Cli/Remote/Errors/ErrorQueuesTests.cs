using Pipeline.Cli.Remote.Errors;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Remote.Errors;

public sealed class ErrorQueuesTests
{
    [Theory]
    [InlineData("train-slice")]
    [InlineData("train-slice_error")]
    public void A_queue_is_named_with_or_without_its_ending(string wanted) => Assert.Equal(["train-slice"], ErrorQueues.Choose(wanted));

    [Fact]
    public void Without_a_name_every_queue_is_meant_once_the_drops_among_them()
    {
        Assert.Equal(ErrorQueues.All, ErrorQueues.Choose(null));
        Assert.Contains("drops", ErrorQueues.All);
        Assert.Equal(ErrorQueues.All.Count, ErrorQueues.All.Distinct().Count());
    }

    [Fact]
    public void A_queue_that_there_is_none_of_is_refused_with_those_that_there_are()
    {
        var error = Assert.Throws<PipelineException>(() => ErrorQueues.Choose("train"));

        Assert.Contains("'train'", error.Message, StringComparison.Ordinal);
        Assert.Contains("train-slice", error.Message, StringComparison.Ordinal);
    }
}
