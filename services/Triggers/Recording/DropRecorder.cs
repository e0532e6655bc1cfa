using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Triggers.Events;

namespace Pipeline.Triggers.Recording;

/// <summary>
/// Writes events down: one small artifact a batch for each dataset, an event a line, named by its content. The same batch again changes
/// nothing.
/// </summary>
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

/// <summary>
/// Where drops lie in the store. What is pending stands apart from what is done, so that looking for the one costs nothing for the other;
/// done drops are named so that the newest is listed first.
/// </summary>
public static class DropKeys
{
    /// <summary>Below it <c>DATASET/SOURCE/DIGEST.jsonl</c>.</summary>
    public const string Pending = "drops/pending";

    public const string Done = "drops/done";

    private const int SourceDigits = 16;
    private const int TickDigits = 19;
    private const string Ending = ".jsonl";

    public static string PendingOf(DropDataset dataset) => $"{Pending}/{Folder(dataset)}";

    public static string DoneOf(DropDataset dataset) => $"{Done}/{Folder(dataset)}";

    /// <param name="hash">SHA-256 of the events.</param>
    public static string PendingRecord(DropDataset dataset, ReadOnlySpan<byte> hash) =>
        $"{PendingOf(dataset)}/{Convert.ToHexStringLower(hash)}{Ending}";

    /// <param name="last">When the last of the records was written.</param>
    /// <param name="records">Names of the records that the drop is made of.</param>
    public static string DoneDrop(DropDataset dataset, DateTimeOffset last, IEnumerable<string> records)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', records)));
        var newestFirst = (DateTimeOffset.MaxValue.UtcTicks - last.UtcTicks).ToString($"D{TickDigits}");
        return $"{DoneOf(dataset)}/{newestFirst}-{Convert.ToHexStringLower(digest)}{Ending}";
    }

    /// <summary>The last segment.</summary>
    public static string NameOf(string key) => key[(key.LastIndexOf('/') + 1)..];

    /// <summary>The key without its last segment.</summary>
    public static string ParentOf(string key) => key[..key.LastIndexOf('/')];

    private static string Folder(DropDataset dataset) =>
        $"{dataset.Name}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataset.Source)))[..SourceDigits]}";
}
