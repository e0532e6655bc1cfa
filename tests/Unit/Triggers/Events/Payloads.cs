namespace Pipeline.Tests.Unit.Triggers.Events;

/// <summary>Events as the stores' documentation shows them.</summary>
internal static class Payloads
{
    public static string EventGrid(
        string path = "images/cat/1.png", string type = "Microsoft.Storage.BlobCreated", string api = "PutBlockList", string? url = null,
        string? subject = null, string id = "831e1650-001e-001b-66ab-eeb76e069631",
        string time = "2026-06-26T18:41:00.9584103Z") => $$"""
        {
          "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/lake",
          "subject": "{{subject ?? $"/blobServices/default/containers/landing/blobs/{path}"}}",
          "eventType": "{{type}}",
          "eventTime": "{{time}}",
          "id": "{{id}}",
          "data": {
            "api": "{{api}}", "clientRequestId": "6d79dbfb-0e37-4fc4-981f-442c9ca65760", "requestId": "831e1650-001e-001b-66ab-eeb76e000000",
            "eTag": "\"0x8D4BCC2E4835CD0\"", "contentType": "image/png", "contentLength": 524288, "blobType": "BlockBlob",
            "url": "{{url ?? $"https://lake.blob.core.windows.net/landing/{path}"}}",
            "sequencer": "00000000000004420000000000028963",
            "storageDiagnostics": { "batchId": "b68529f3-68cd-4744-baa4-3c0498ec19f0" }
          },
          "dataVersion": "", "metadataVersion": "1"
        }
        """;

    public const string CloudEvent = """
        {
          "source": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/lake",
          "subject": "blobServices/default/containers/landing/blobs/images/cat/1.png",
          "type": "Microsoft.Storage.BlobCreated", "time": "2026-06-26T18:41:00.9584103Z", "id": "831e1650", "specversion": "1.0",
          "data": { "api": "FlushWithClose", "contentLength": 5, "url": "https://lake.dfs.core.windows.net/landing/images/cat/1.png", "sequencer": "0000000000000000000000000000701b0000000000061fb3" }
        }
        """;

    public const string Renamed = """
        {
          "subject": "/blobServices/default/containers/landing/blobs/images/new.png", "eventType": "Microsoft.Storage.BlobRenamed", "eventTime": "2026-06-26T18:41:00Z", "id": "r",
          "data": {
            "api": "RenameFile", "destinationUrl": "https://lake.dfs.core.windows.net/landing/images/new.png", "sourceUrl": "https://lake.dfs.core.windows.net/landing/images/old.png",
            "sequencer": "00000000000004420000000000028963"
          }
        }
        """;

    public static string S3Record(string key = "images/red+flower%2B1.jpg", string name = "ObjectCreated:Put", string bucket = "landing") =>
        $$"""
        {
          "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-west-2", "eventTime": "2026-06-26T18:41:00.000Z", "eventName": "{{name}}",
          "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "drops", "bucket": { "name": "{{bucket}}", "arn": "arn:aws:s3:::landing" },
            "object": { "key": "{{key}}", "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko", "sequencer": "0055AED6DCD90281E5" }
          }
        }
        """;

    public static string MinIo =>
        $$"""{ "EventName": "s3:ObjectCreated:Put", "Key": "landing/images/1.png", "Records": [{{S3Record("images%2F1.png", "s3:ObjectCreated:Put")}}] }""";

    public const string EventBridge = """
        {
          "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created", "source": "aws.s3", "time": "2026-06-26T18:41:00Z",
          "detail": { "version": "0", "bucket": { "name": "landing" }, "object": { "key": "images/a b.png", "size": 5, "etag": "b1", "sequencer": "617f08299329d189" }, "reason": "PutObject" }
        }
        """;
}
