using System.Text;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Events;

public class BadEventTests
{
    [Fact]
    public void One_bad_event_of_five_thousand_is_named_and_the_others_go_on()
    {
        var events = Enumerable.Range(0, 5000).Select(i => i == 3210 ? Payloads.EventGrid("../secret") : Payloads.EventGrid($"images/{i}.png", id: $"{i}"));
        var parsed = Parsers.Parse($"[{string.Join(',', events)}]");

        Assert.Equal(4999, parsed.Events.Count);
        var bad = Assert.Single(parsed.Rejected);
        Assert.Equal(3210, bad.Position);
        Assert.StartsWith("Event 3210: ", bad.Reason, StringComparison.Ordinal);
        Assert.Contains("../secret", bad.Reason, StringComparison.Ordinal);
        Assert.Equal(Payloads.EventGrid("../secret"), Encoding.UTF8.GetString(bad.Body.Span));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("images/../x")]
    [InlineData("images/./x")]
    [InlineData("images//x")]
    [InlineData("images/%2e%2e/x")]
    [InlineData("images/%252e%252e/x")]
    [InlineData("images/..%2fx")]
    [InlineData("images\\\\x")]
    [InlineData("images/%5cx")]
    [InlineData("images/a%00b")]
    [InlineData("images/a\\u0000b")]
    public void Paths_that_could_lead_elsewhere_are_refused(string path) => Rejected($"[{Payloads.EventGrid(path)}]", "path");

    [Theory]
    [InlineData("images%2F..%2Fx")]
    [InlineData("images%2F%252e%252e%2Fx")]
    [InlineData("images%5Cx")]
    public void Keys_of_S3_that_could_lead_elsewhere_are_refused(string key) => Rejected($$"""{ "Records": [{{Payloads.S3Record(key)}}] }""", "path");

    [Theory]
    [InlineData("https://evil.blob.core.windows.net/landing/images/1.png")]
    [InlineData("https://lake.blob.core.windows.net.evil.org/landing/images/1.png")]
    [InlineData("https://lake.blob.core.windows.net@evil.org/landing/images/1.png")]
    [InlineData("http://lake.blob.core.windows.net/landing/images/1.png")]
    [InlineData("https://lake.blob.core.windows.net/landing2/images/1.png")]
    [InlineData("https://lake.blob.core.windows.net/other/landing/images/1.png")]
    public void Storage_that_the_settings_do_not_name_is_refused(string url)
    {
        var at = url.IndexOf('/', "https://".Length) + 1;
        var container = url[at..url.IndexOf('/', at)];
        Rejected($"[{Payloads.EventGrid(url: url, subject: $"/blobServices/default/containers/{container}/blobs/{url[(at + container.Length + 1)..]}")}]", Parsers.Container);
    }

    [Fact]
    public void A_bucket_that_the_settings_do_not_name_is_refused() => Rejected($$"""{ "Records": [{{Payloads.S3Record(bucket: "other")}}] }""", "s3://other/images/red flower+1.jpg");

    [Fact]
    public void A_subject_that_names_another_file_than_the_URL_is_refused() =>
        Rejected($"[{Payloads.EventGrid(subject: "/blobServices/default/containers/landing/blobs/images/2.png")}]", "images/2.png");

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-45T00:00:00Z")]
    [InlineData("1782499260")]
    public void Times_that_are_none_are_refused(string time) => Rejected($"[{Payloads.EventGrid(time: time)}]", time);

    [Fact]
    public void Unknown_events_and_calls_are_refused()
    {
        Rejected($"[{Payloads.EventGrid(type: "Microsoft.Storage.BlobEaten")}]", "Microsoft.Storage.BlobEaten");
        Rejected($"[{Payloads.EventGrid(type: "Contoso.Orders.Placed")}]", "Contoso.Orders.Placed");
        Rejected($"[{Payloads.EventGrid(api: "PutPage")}]", "PutPage");
        Rejected($$"""{ "Records": [{{Payloads.S3Record(name: "ObjectEaten:All")}}] }""", "ObjectEaten:All");
    }

    [Theory]
    [InlineData("""[{ "eventType": "Microsoft.Storage.BlobCreated" }]""", "'id' is missing")]
    [InlineData("""[{ "eventType": "Microsoft.Storage.BlobCreated", "id": "1", "eventTime": "2026-06-26T18:41:00Z" }]""", "'data' is missing")]
    [InlineData("""[{ "eventType": "Microsoft.Storage.BlobCreated", "id": "1", "eventTime": "2026-06-26T18:41:00Z", "data": { "api": "PutBlob" } }]""", "'url' is missing")]
    [InlineData("""{ "specversion": "1.0", "type": "t" }""", "'source' is missing")]
    [InlineData("""{ "specversion": "0.3", "type": "t" }""", "0.3")]
    [InlineData("""{ "Records": [{ "eventName": "ObjectCreated:Put" }] }""", "'s3' is missing")]
    [InlineData("""{ "hello": "world" }""", "the form of no event")]
    [InlineData("[1]", "It is 1")]
    [InlineData("\"text\"", "must be an object")]
    public void Half_events_are_refused_with_what_is_missing(string body, string reason) => Rejected(body, reason);

    [Fact]
    public void Text_that_Unicode_does_not_know_is_refused() => Rejected($"[{Payloads.EventGrid(id: "\\ud800")}]", "Unicode");

    [Fact]
    public void Line_breaks_of_a_value_do_not_break_the_reason() => Rejected($"[{Payloads.EventGrid(api: "a\\nb")}]", "a\\u000ab");

    [Fact]
    public void A_file_in_no_folder_belongs_to_no_dataset() => Rejected($"[{Payloads.EventGrid("1.png")}]", "belongs to no dataset");

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[{")]
    public void What_is_not_JSON_is_one_error(string body)
    {
        var bad = Assert.Single(Parsers.Parse(body).Rejected);

        Assert.Null(bad.Position);
        Assert.StartsWith("The body is not JSON", bad.Reason, StringComparison.Ordinal);
    }

    private static void Rejected(string body, string named)
    {
        var parsed = Parsers.Parse(body);

        Assert.Empty(parsed.Events);
        var bad = Assert.Single(parsed.Rejected);
        Assert.Equal(0, bad.Position);
        Assert.Contains(named, bad.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', bad.Reason);
    }
}
