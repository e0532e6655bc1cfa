using System.Text;

namespace Pipeline.Tests.Benchmarks.Drops;

/// <summary>Messages of Event Grid events, each event of another file.</summary>
internal static class DropMessages
{
    public const string Container = "https://lake.blob.core.windows.net/landing";

    /// <param name="events">In each message.</param>
    public static IReadOnlyList<byte[]> Create(int messages, int events) =>
        [.. Enumerable.Range(0, messages)
            .Select(message => Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(message * events, events).Select(Event))}]"))];

    private static string Event(int file) =>
        $$$"""
        {"topic":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/lake","subject":"/blobServices/default/containers/landing/blobs/images/cat/{{{file}}}.png","eventType":"Microsoft.Storage.BlobCreated","id":"831e1650-001e-001b-66ab-{{{file:x12}}}","data":{"api":"PutBlob","clientRequestId":"6d79dbfb-0e37-4fc4-981f-442c9ca65760","requestId":"831e1650-001e-001b-66ab-eeb76e000000","eTag":"0x8D4BCC2E4835CD0","contentType":"image/png","contentLength":524288,"blobType":"BlockBlob","url":"{{{Container}}}/images/cat/{{{file}}}.png","sequencer":"00000000000004420000000000028963","storageDiagnostics":{"batchId":"b68529f3-68cd-4744-baa4-3c0498ec19f0"}},"dataVersion":"","metadataVersion":"1","eventTime":"2026-06-26T18:41:00.9584103Z"}
        """;
}
