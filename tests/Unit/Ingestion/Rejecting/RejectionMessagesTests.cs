using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Rejecting;

public class RejectionMessagesTests
{
    [Theory]
    [InlineData(RejectionReason.Blank, null, "the image is of one colour")]
    [InlineData(RejectionReason.Blank, "no letter of the sequence is known: 60 times N", "no letter of the sequence is known: 60 times N")]
    [InlineData(RejectionReason.Empty, "the row has no image", "the row has no image")]
    [InlineData(RejectionReason.EmptySample, "the row has no text", "the row has no text")]
    [InlineData(RejectionReason.TooLarge, "9000×9000 pixels; at most 50000000", "it is larger than the limits allow: 9000×9000 pixels; at most 50000000")]
    [InlineData(RejectionReason.UnpacksTooLarge, "more than 9 bytes from 1; about 3 records are lost", "it unpacks to more than the limits allow: more than 9 bytes from 1; about 3 records are lost")]
    public void A_message_speaks_of_what_the_sample_is(RejectionReason reason, string? detail, string message)
    {
        Assert.Equal(message, new Rejection("a", reason, detail).Message);
    }
}
