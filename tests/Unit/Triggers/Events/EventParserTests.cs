using System.Text;
using Pipeline.Triggers.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Events;

public class EventParserTests
{
    [Fact]
    public void An_array_of_Event_Grid_gives_each_file_with_its_dataset()
    {
        var found = Assert.Single(Good($"[{Payloads.EventGrid()}]"));

        Assert.Equal(FileEventKind.Created, found.Kind);
        Assert.Equal("https://lake.blob.core.windows.net/landing/images/cat/1.png", found.Url);
        Assert.Equal(("images", "https://lake.blob.core.windows.net/landing/images"), (found.Dataset, found.Source));
        Assert.Equal(("831e1650-001e-001b-66ab-eeb76e069631", 524288L, "\"0x8D4BCC2E4835CD0\""), (found.Id, found.Bytes, found.ETag));
        Assert.Equal("azure:00000000000004420000000000028963", found.Sequencer);
        Assert.Equal(DateTimeOffset.Parse("2026-06-26T18:41:00.9584103Z"), found.Time);
    }

    [Theory]
    [InlineData("PutBlob", 1)]
    [InlineData("PutBlockList", 1)]
    [InlineData("CopyBlob", 1)]
    [InlineData("FlushWithClose", 1)]
    [InlineData("SftpCommit", 1)]
    [InlineData("CreateFile", 0)]
    [InlineData("SftpCreate", 0)]
    public void Only_calls_that_leave_a_whole_file_count(string api, int files)
    {
        var parsed = Parsers.Parse($"[{Payloads.EventGrid(api: api)}]");

        Assert.Equal((files, 1 - files, 0), (parsed.Events.Count, parsed.Ignored, parsed.Rejected.Count));
    }

    [Fact]
    public void A_rename_is_a_deletion_and_a_creation() =>
        Assert.Equal(
            [(FileEventKind.Deleted, Parsers.Container + "/images/old.png"),
                (FileEventKind.Created, Parsers.Container + "/images/new.png")],
            Good($"[{Payloads.Renamed}]").Select(found => (found.Kind, found.Url)));

    [Fact]
    public void A_deleted_folder_is_one_event_of_a_folder()
    {
        var found = Assert.Single(Good($"[{Payloads.EventGrid("images", "Microsoft.Storage.DirectoryDeleted", "DeleteDirectory")}]"));

        Assert.Equal((true, FileEventKind.Deleted, "images"), (found.Folder, found.Kind, found.Dataset));
    }

    [Theory]
    [InlineData("Microsoft.Storage.BlobTierChanged")]
    [InlineData("Microsoft.Storage.DirectoryCreated")]
    [InlineData("Microsoft.EventGrid.SubscriptionDeletedEvent")]
    public void Known_events_that_tell_of_no_file_are_ignored(string type) =>
        Assert.Equal(1, Parsers.Parse($"[{Payloads.EventGrid(type: type)}]").Ignored);

    [Fact]
    public void CloudEvents_come_alone_in_batches_and_in_binary_mode()
    {
        var alone = Assert.Single(Good(Payloads.CloudEvent));
        var batch = Good($"[{Payloads.CloudEvent},{Payloads.CloudEvent}]");
        var headers = new Dictionary<string, object?>
        {
            ["cloudEvents:specversion"] = "1.0"u8.ToArray(),
            ["cloudEvents:id"] = "831e1650"u8.ToArray(),
            ["cloudEvents_type"] = "Microsoft.Storage.BlobCreated"u8.ToArray(),
            ["cloudEvents_source"] = "/subscriptions/s"u8.ToArray(),
            ["cloudEvents:time"] = "2026-06-26T18:41:00.9584103Z"u8.ToArray(),
        };
        var data = """{ "api": "FlushWithClose", "contentLength": 5, "url": "https://LAKE.dfs.core.windows.net/landing/images/cat/1.png", "sequencer": "0000000000000000000000000000701b0000000000061fb3" }""";
        var binary = Parsers.Create().Parse(Encoding.UTF8.GetBytes(data), BinaryCloudEvent.FromAmqp(headers));

        Assert.Equal(Parsers.Container + "/images/cat/1.png", alone.Url);
        Assert.Equal([alone, alone], batch);
        Assert.Equal([alone], binary.Events);
    }

    [Fact]
    public void Attributes_of_HTTP_headers_are_percent_decoded()
    {
        var headers = new Dictionary<string, string>
        {
            ["ce-specversion"] = "1.0",
            ["ce-id"] = "a%20b",
            ["ce-type"] = "t",
            ["ce-source"] = "s"
        };

        Assert.Equal("a b", BinaryCloudEvent.FromHttp(headers.GetValueOrDefault)!("id"));
        Assert.Null(BinaryCloudEvent.FromHttp(_ => null));
    }

    [Fact]
    public void Keys_of_S3_are_encoded_as_forms_are()
    {
        var found = Assert.Single(Good($$"""{ "Records": [{{Payloads.S3Record()}}] }"""));

        Assert.Equal(("s3://landing/images/red flower+1.jpg", "s3:0055AED6DCD90281E5", 1024L), (found.Url, found.Sequencer, found.Bytes));
        Assert.NotEmpty(found.Id);
    }

    [Fact]
    public void MinIO_and_EventBridge_and_CloudEvents_wrap_the_same_records()
    {
        var wrapped =
            $$$"""{ "specversion": "1.0", "id": "1", "source": "s", "type": "com.amazonaws.s3", "data": { "Records": [{{{Payloads.S3Record("images/1.png")}}}] } }""";

        Assert.Equal("s3://landing/images/1.png", Assert.Single(Good(Payloads.MinIo)).Url);
        Assert.Equal("s3://landing/images/a b.png", Assert.Single(Good(Payloads.EventBridge)).Url);
        Assert.Equal("s3://landing/images/1.png", Assert.Single(Good(wrapped)).Url);
    }

    [Theory]
    [InlineData("""{ "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-06-26T18:41:00Z", "Bucket": "landing" }""")]
    [InlineData("[]")]
    public void Tests_of_the_sender_tell_of_nothing(string body)
    {
        var parsed = Parsers.Parse(body);

        Assert.Empty(parsed.Events);
        Assert.Empty(parsed.Rejected);
    }

    [Theory]
    [InlineData("ObjectRestore:Completed")]
    [InlineData("ObjectTagging:Put")]
    [InlineData("s3:ObjectAccessed:Get")]
    public void S3_events_that_change_no_file_are_ignored(string name) =>
        Assert.Equal(1, Parsers.Parse($$"""{ "Records": [{{Payloads.S3Record(name: name)}}] }""").Ignored);

    [Theory]
    [InlineData("ObjectRemoved:Delete")]
    [InlineData("s3:ObjectRemoved:DeleteMarkerCreated")]
    [InlineData("LifecycleExpiration:Delete")]
    public void What_S3_removes_is_deleted(string name) =>
        Assert.Equal(FileEventKind.Deleted, Assert.Single(Good($$"""{ "Records": [{{Payloads.S3Record(name: name)}}] }""")).Kind);

    [Fact]
    public void The_plain_form_that_is_written_is_read_back()
    {
        var found = Assert.Single(Good($"[{Payloads.EventGrid("images/100%.png", url: Parsers.Container + "/images/100%25.png")}]"));
        var plain = System.Text.Json.JsonSerializer.Serialize(found
            with
        { Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, Pipeline.Contracts.PipelineJson.Compact);

        Assert.Equal("https://lake.blob.core.windows.net/landing/images/100%.png", found.Url);
        Assert.Equal(found with { Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, Assert.Single(Good(plain)));
    }

    [Fact]
    public void The_longest_configured_folder_says_the_dataset()
    {
        var parser = Parsers.Create(("all", Parsers.Container + "/images"), ("cats", Parsers.Container + "/images/cat"));
        var parsed =
            parser.Parse(
                Encoding.UTF8.GetBytes(
                    $"[{Payloads.EventGrid()},{Payloads.EventGrid("images/dog/1.png")},{Payloads.EventGrid("images2/1.png")}]"));

        Assert.Equal(["cats", "all", "images2"], parsed.Events.Select(found => found.Dataset));
    }

    [Fact]
    public void The_trace_of_the_message_goes_into_its_events()
    {
        var parsed = Parsers.Create().Parse(Encoding.UTF8.GetBytes($"[{Payloads.EventGrid()}]"), traceparent: "00-a");

        Assert.Equal("00-a", Assert.Single(parsed.Events).Traceparent);
    }

    private static IReadOnlyList<FileEvent> Good(string body)
    {
        var parsed = Parsers.Parse(body);
        Assert.Empty(parsed.Rejected);
        return parsed.Events;
    }
}
