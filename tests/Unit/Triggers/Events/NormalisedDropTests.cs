using System.Text;
using Pipeline.Triggers.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Events;

public class NormalisedDropTests
{
    [Fact]
    public void What_the_webhook_writes_is_read_back_as_it_was_parsed()
    {
        var events = Parsers.Parse($"[{Payloads.EventGrid()},{Payloads.EventGrid("images/100%.png", url: Parsers.Container + "/images/100%25.png")},{Payloads.Renamed}]").Events;
        var read = NormalisedDrop.Messages(events, bytes: 1 << 20).Select(Read).ToList();

        Assert.Equal(events, Assert.Single(read).Events);
    }

    [Fact]
    public void Many_events_are_cut_into_messages_of_the_size_asked_for()
    {
        var events = Parsers.Parse($"[{string.Join(',', Enumerable.Range(0, 100).Select(i => Payloads.EventGrid($"images/{i}.png")))}]").Events;
        var messages = NormalisedDrop.Messages(events, bytes: 4096).ToList();

        Assert.All(messages, message => Assert.InRange(message.Length, 1, 2 * 4096));
        Assert.Equal(events, messages.SelectMany(message => Read(message).Events));
        Assert.Empty(NormalisedDrop.Messages([], bytes: 4096));
    }

    [Fact]
    public void The_trace_of_the_message_goes_into_its_events() =>
        Assert.Equal("00-a", Assert.Single(Parsers.Create().ParseNormalised(Bytes($"[{Event()}]"), "00-a").Events).Traceparent);

    [Theory]
    [InlineData("https://evil.blob.core.windows.net/landing/images/1.png", "lies in none of the lake's locations")]
    [InlineData("https://lake.blob.core.windows.net/landing", "lies in none of the lake's locations")]
    [InlineData("https://lake.blob.core.windows.net/landing/images/../../other/1.png", "an empty segment")]
    [InlineData("https://lake.blob.core.windows.net/landing/images/%2e%2e/1.png", "an empty segment")]
    [InlineData("https://lake.blob.core.windows.net/landing/1.png", "belongs to no dataset")]
    [InlineData("/etc/passwd", "is no URL")]
    public void A_forged_place_is_refused_as_in_any_other_form(string url, string reason)
    {
        var parsed = Read(Bytes($"[{Event(url)}, {Event()}]"));

        Assert.Single(parsed.Events);
        var bad = Assert.Single(parsed.Rejected);
        Assert.Equal(0, bad.Position);
        Assert.Contains(reason, bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_dataset_is_replaced_by_that_of_the_place()
    {
        var found = Assert.Single(Read(Bytes($"[{Event(more: ", \"dataset\": \"secrets\", \"source\": \"https://evil.example\"")}]")).Events);

        Assert.Equal(("images", Parsers.Bucket + "/images"), (found.Dataset, found.Source));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[{")]
    [InlineData("""[{ "id": "1" }]""")]
    [InlineData("""[{ "id": null, "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    [InlineData("""[{ "id": "1", "kind": "eaten", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    [InlineData("""[{ "id": "1", "kind": "created", "url": "s3://landing/images/1.png", "time": "yesterday" }]""")]
    [InlineData("""[{ "id": "1", "id": "2", "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    [InlineData("""[{ "id": "1", "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z", "extra": 1 }]""")]
    [InlineData("""[{ "id": "\ud800", "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    public void Another_form_under_its_content_type_is_refused_as_a_whole(string body)
    {
        var parsed = Read(Bytes(body));

        Assert.Empty(parsed.Events);
        var bad = Assert.Single(parsed.Rejected);
        Assert.Null(bad.Position);
        Assert.StartsWith("The message is no normalised drop", bad.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', bad.Reason);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("""[{ "id": "", "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    [InlineData("""[{ "id": "1", "kind": 7, "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z" }]""")]
    [InlineData("""[{ "id": "1", "kind": "created", "url": "s3://landing/images/1.png", "time": "2026-06-26T18:41:00Z", "bytes": -1 }]""")]
    public void Values_that_no_parsed_event_has_are_refused(string body) =>
        Assert.Contains("It must be a file event", Assert.Single(Read(Bytes(body)).Rejected).Reason, StringComparison.Ordinal);

    private static ParsedEvents Read(ReadOnlyMemory<byte> body) => Parsers.Create().ParseNormalised(body, traceparent: null);

    private static byte[] Bytes(string body) => Encoding.UTF8.GetBytes(body);

    private static string Event(string url = "s3://landing/images/1.png", string more = "") =>
        $$"""{ "id": "1", "kind": "created", "url": "{{url}}", "time": "2026-06-26T18:41:00Z"{{more}} }""";
}
