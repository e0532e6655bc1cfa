using System.Text;
using Pipeline.Cli.Remote.Errors;
using Pipeline.Hosting.Bus;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Remote.Errors;

public sealed class FailedMessageTests
{
    private static readonly byte[] Body = """{ "run": { "runId": "tiny-1" } }"""u8.ToArray();

    private static readonly Dictionary<string, object?> Fault = new()
    {
        ["MT-Reason"] = Text("fault"),
        ["MT-Fault-Message"] = Text("The disk is full.\nFree some."),
        ["MT-Fault-ExceptionType"] = Text("System.IO.IOException"),
        ["MT-Fault-Timestamp"] = Text("2026-06-26T18:41:00.5Z"),
    };

    private static readonly Dictionary<string, object?> GivenUp = new()
    {
        ["x-first-death-reason"] = Text("delivery_limit"),
        ["x-first-death-queue"] = Text("train-slice"),
        ["x-death"] = new List<object?> { new Dictionary<string, object?> { ["time"] = new AmqpTimestamp(1_782_499_260), ["count"] = 1L } },
    };

    [Fact]
    public void What_an_exception_ended_tells_the_exception_in_one_line()
    {
        var message = Read(Fault);

        Assert.Equal(
            new FailedMessage("m-1", "train-slice", new DateTimeOffset(2026, 6, 26, 18, 41, 0, 500, TimeSpan.Zero), "tiny-1",
                "System.IO.IOException", "The disk is full. Free some."),
            message);
        Assert.Equal("train-slice_error", RabbitMqQueues.ErrorQueueOf(message.Queue));
    }

    [Fact]
    public void What_the_broker_gave_up_on_tells_that_no_consumer_came_to_an_end()
    {
        var message = Read(GivenUp);

        Assert.StartsWith("delivered as often as its queue allows", message.Reason, StringComparison.Ordinal);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_782_499_260), message.Failed);
        Assert.Null(message.ExceptionType);
    }

    [Fact]
    public void What_failed_after_the_broker_gave_up_on_it_tells_the_newer_reason() =>
        Assert.StartsWith("The disk is full.", Read(GivenUp.Concat(Fault).ToDictionary()).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_message_without_an_id_has_one_of_its_content()
    {
        var (one, same, other) = (Read(Fault, id: null), Read(GivenUp, id: null),
            FailedMessage.Of("train-slice", new BasicProperties(), "{}"u8.ToArray()));

        Assert.Equal(one.Id, same.Id);
        Assert.NotEqual(one.Id, other.Id);
        Assert.Equal("unknown", other.Reason);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("tiny-1", null, true)]
    [InlineData("tiny-1", "m-1", true)]
    [InlineData("tiny-2", null, false)]
    [InlineData("tiny-1", "m-2", false)]
    public void Only_what_is_asked_for_is_meant(string? run, string? id, bool meant) => Assert.Equal(meant, Read(Fault).Matches(run, id));

    [Fact]
    public void A_replayed_message_has_the_headers_that_it_was_sent_with()
    {
        var sent = new Dictionary<string, object?>
        {
            ["MT-MessageType"] = Text("urn:message:X"),
            ["MT-Host-Info"] = Text("{}"),
            ["traceparent"] = Text("00-1-2-01"),
            ["pipeline-format"] = Text("1")
        };
        var failed = sent.Concat(Fault).Concat(GivenUp).Append(new("MT-Host-MachineName", Text("there")))
            .Append(new("x-delivery-count", 3L))
            .ToDictionary();

        Assert.Equal(sent.Keys.Order(), FaultHeaders.Without(failed).Keys.Order());
        Assert.Empty(FaultHeaders.Without(null));
    }

    private static FailedMessage Read(Dictionary<string, object?> headers, string? id = "m-1") =>
        FailedMessage.Of("train-slice", new BasicProperties { MessageId = id, Headers = headers }, Body);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
