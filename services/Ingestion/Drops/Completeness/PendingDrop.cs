using Pipeline.Ingestion.Drops.Events;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>One artifact of the store with the events that were recorded together.</summary>
/// <param name="Recorded">By the store's clock.</param>
public sealed record DropRecord(string Key, DateTimeOffset Recorded, IReadOnlyList<FileEvent> Events);

/// <summary>All that is recorded of a dataset and not yet asked to be ingested.</summary>
/// <param name="Records">At least one, in the order of their keys.</param>
public sealed record PendingDrop(DropDataset Dataset, IReadOnlyList<DropRecord> Records)
{
    public const string SuccessFile = "_SUCCESS";

    private IReadOnlyList<FileEvent>? _live;

    /// <summary>When the last of the records was written.</summary>
    public DateTimeOffset Last => Records.Max(record => record.Recorded);

    public IEnumerable<FileEvent> Events => Records.SelectMany(record => record.Events);

    /// <summary>The files that are there: of each the last event, where it says created and no folder above was deleted later. Duplicates and the order of arrival do not matter.</summary>
    public IReadOnlyList<FileEvent> Live => _live ??= Living();

    /// <summary>Live ones without <c>_SUCCESS</c> files and hidden ones.</summary>
    public IEnumerable<FileEvent> Files => Live.Where(found => found.Name != SuccessFile && found.Name[0] != '.');

    public IEnumerable<FileEvent> Successes => Live.Where(found => found.Name == SuccessFile);

    private List<FileEvent> Living()
    {
        var last = new Dictionary<string, FileEvent>(StringComparer.Ordinal);
        foreach (var found in Events)
        {
            if (!last.TryGetValue(found.Url, out var other) || FileEventOrder.Instance.Compare(found, other) > 0)
            {
                last[found.Url] = found;
            }
        }

        var gone = last.Values.Where(found => found is { Folder: true, Kind: FileEventKind.Deleted }).ToList();
        return [.. last.Values.Where(found => found is { Folder: false, Kind: FileEventKind.Created } && !gone.Any(folder => IsBelow(found.Url, folder.Url) && found.Time <= folder.Time))];
    }

    internal static bool IsBelow(string url, string folder) => url.Length > folder.Length && url[folder.Length] == '/' && url.StartsWith(folder, StringComparison.Ordinal);
}
