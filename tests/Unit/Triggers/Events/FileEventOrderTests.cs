using Pipeline.Triggers.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Events;

public class FileEventOrderTests
{
    [Theory]
    [InlineData("azure:0A", "azure:0B")]
    [InlineData("azure:1", "azure:10")]
    [InlineData("s3:0055AED6DCD90281E5", "s3:0055AED6DCD90281E6")]
    [InlineData("s3:00", "s3:0001")]
    public void The_later_sequencer_wins_whatever_the_times_say(string earlier, string later)
    {
        var first = Event(earlier, seconds: 9);
        var second = Event(later, seconds: 1);

        Assert.True(FileEventOrder.Instance.Compare(first, second) < 0);
        Assert.True(FileEventOrder.Instance.Compare(second, first) > 0);
    }

    [Theory]
    [InlineData("s3:0A", "s3:0A00")]
    [InlineData(null, "s3:0A")]
    [InlineData("azure:9", "s3:0A")]
    public void Sequencers_that_do_not_decide_leave_it_to_the_times(string? earlier, string? later) =>
        Assert.True(FileEventOrder.Instance.Compare(Event(earlier, seconds: 1), Event(later, seconds: 2)) < 0);

    private static FileEvent Event(string? sequencer, int seconds) => new()
    {
        Id = "1",
        Kind = FileEventKind.Created,
        Url = "s3://landing/images/1.png",
        Time = DateTimeOffset.UnixEpoch.AddSeconds(seconds),
        Dataset = "images",
        Source = "s3://landing/images",
        Sequencer = sequencer,
    };
}
