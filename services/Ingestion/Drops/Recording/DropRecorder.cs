using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Drops.Events;

namespace Pipeline.Ingestion.Drops.Recording;

/// <summary>Writes events down: one small artifact a batch for each dataset, an event a line, named by its content. The same batch again changes nothing.</summary>
public sealed class DropRecorder(IArtifactStore store)
{
    public async Task RecordAsync(IReadOnlyList<FileEvent> events, CancellationToken cancellation = default)
    {
        foreach (var dataset in events.GroupBy(found => new DropDataset(found.Dataset, found.Source)))
        {
            var lines = Lines(dataset);
            var key = DropKeys.PendingRecord(dataset.Key, SHA256.HashData(lines.Span));
            await store.CreateAsync(key, async (stream, token) => await stream.WriteAsync(lines, token), cancellation);
        }
    }

    private static ReadOnlyMemory<byte> Lines(IEnumerable<FileEvent> events)
    {
        var content = new MemoryStream();
        foreach (var found in events)
        {
            JsonSerializer.Serialize(content, found, PipelineJson.Compact);
            content.WriteByte((byte)'\n');
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
