using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Triggers.Events;

namespace Pipeline.Triggers.Recording;

/// <summary>Writes events down: an artifact for each dataset of a batch, an event a line. The same batch again changes nothing.</summary>
public sealed class DropRecorder(IArtifactStore store)
{
    public async Task RecordAsync(IReadOnlyList<FileEvent> events, CancellationToken cancellation = default)
    {
        foreach (var dataset in events.GroupBy(found => new DropDataset(found.Dataset, found.Source)))
        {
            var lines = new ArrayBufferWriter<byte>();
            foreach (var found in dataset)
                JsonLines.Write(lines, found);
            var key = DropKeys.PendingRecord(dataset.Key, SHA256.HashData(lines.WrittenSpan));
            await store.CreateAsync(key, async (stream, token) => await stream.WriteAsync(lines.WrittenMemory, token), cancellation);
        }
    }
}

/// <summary>Where drops lie in the store. What is pending stands apart from what is done, so that looking for the one costs nothing for the
/// other; done drops are named so that the newest is listed first.</summary>
public static class DropKeys
{
    /// <summary>Below it <c>DATASET/SOURCE/DIGEST.jsonl</c>.</summary>
    public const string Pending = "drops/pending";

    public const string Done = "drops/done";

    private const int SourceDigits = 16;
    private const int TickDigits = 19;
    private const string Ending = ".jsonl";

    public static string DoneOf(DropDataset dataset) => $"{Done}/{Folder(dataset)}";

    public static string PendingRecord(DropDataset dataset, ReadOnlySpan<byte> hash) =>
        $"{Pending}/{Folder(dataset)}/{Convert.ToHexStringLower(hash)}{Ending}";

    /// <param name="last">When the last of the records was written.</param>
    public static string DoneDrop(DropDataset dataset, DateTimeOffset last, IEnumerable<string> records)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', records)));
        var newestFirst = (DateTimeOffset.MaxValue.UtcTicks - last.UtcTicks).ToString($"D{TickDigits}");
        return $"{DoneOf(dataset)}/{newestFirst}-{Convert.ToHexStringLower(digest)}{Ending}";
    }

    private static string Folder(DropDataset dataset) =>
        $"{dataset.Name}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataset.Source)))[..SourceDigits]}";
}
