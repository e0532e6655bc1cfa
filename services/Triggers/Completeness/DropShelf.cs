using System.Collections.Concurrent;
using Pipeline.Artifacts;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;

namespace Pipeline.Triggers.Completeness;

/// <summary>Drops as they lie in the store. Records never change, so each is read once.</summary>
public sealed class DropShelf(IArtifactStore store)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<FileEvent>> _records = new(StringComparer.Ordinal);

    /// <summary>One for each dataset and source with records.</summary>
    public async Task<IReadOnlyList<PendingDrop>> PendingAsync(CancellationToken cancellation = default)
    {
        var records = new List<DropRecord>();
        await foreach (var info in store.ListAsync(DropKeys.Pending, cancellation))
        {
            if (await EventsAsync(info.Key, cancellation) is { Count: > 0 } events)
                records.Add(new DropRecord(info.Key, info.Modified, events));
        }

        foreach (var gone in _records.Keys.Except(records.Select(record => record.Key), StringComparer.Ordinal).ToList())
            _records.TryRemove(gone, out _);
        return [.. records.GroupBy(record => record.Dataset).Select(drop => new PendingDrop(drop.Key, [.. drop]))];
    }

    /// <summary>The drop of the dataset that was done last; null before the first.</summary>
    public async Task<DoneDrop?> NewestDoneAsync(DropDataset dataset, CancellationToken cancellation = default)
    {
        await foreach (var info in store.ListAsync(DropKeys.DoneOf(dataset), cancellation))
        {
            var stream = await store.OpenReadAsync(info.Key, cancellation);
            return await JsonLines.ReadAsync<DoneDrop>(stream, cancellation).FirstAsync(cancellation);
        }

        return null;
    }

    /// <summary>Writes the drop down as done, unless somebody has; then the records go.</summary>
    public async Task MoveAsync(PendingDrop drop, DoneDrop done, CancellationToken cancellation = default)
    {
        await store.CreateAsync(DropKeys.DoneDrop(drop.Dataset, drop.Last, done.Records), async (stream, token) =>
        {
            await JsonLines.WriteAsync(stream, [done], token);
            await JsonLines.WriteAsync(stream, drop.Events, token);
        }, cancellation);
        await RemoveAsync(drop.Records, cancellation);
    }

    public async Task RemoveAsync(IEnumerable<DropRecord> records, CancellationToken cancellation = default)
    {
        foreach (var record in records)
            await store.DeleteAsync(record.Key, cancellation);
    }

    /// <summary>Null where another worker was faster and has moved it.</summary>
    private async Task<IReadOnlyList<FileEvent>?> EventsAsync(string key, CancellationToken cancellation)
    {
        if (_records.TryGetValue(key, out var known))
            return known;
        try
        {
            var stream = await store.OpenReadAsync(key, cancellation);
            return _records[key] = await JsonLines.ReadAsync<FileEvent>(stream, cancellation).ToListAsync(cancellation);
        }
        catch (ArtifactNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>One artifact of the store with the events that were recorded together.</summary>
/// <param name="Recorded">By the store's clock.</param>
/// <param name="Events">At least one; all are of one dataset.</param>
public sealed record DropRecord(string Key, DateTimeOffset Recorded, IReadOnlyList<FileEvent> Events)
{
    public string Name => Key[(Key.LastIndexOf('/') + 1)..];

    public DropDataset Dataset => new(Events[0].Dataset, Events[0].Source);
}

/// <summary>All that is recorded of a dataset and not yet asked to be ingested.</summary>
/// <param name="Records">At least one, in the order of their keys.</param>
public sealed record PendingDrop(DropDataset Dataset, IReadOnlyList<DropRecord> Records)
{
    public const string SuccessFile = "_SUCCESS";

    private IReadOnlyList<FileEvent>? _live;

    public DateTimeOffset Last => Records.Max(record => record.Recorded);

    public IEnumerable<FileEvent> Events => Records.SelectMany(record => record.Events);

    /// <summary>The files that are there: of each the last event, where it says created and no folder above was deleted later.</summary>
    public IReadOnlyList<FileEvent> Live => _live ??= Living();

    /// <summary>Live ones without <c>_SUCCESS</c> files and hidden ones.</summary>
    public IEnumerable<FileEvent> Files => Live.Where(found => found.Name != SuccessFile && found.Name[0] != '.');

    public IEnumerable<FileEvent> Successes => Live.Where(found => found.Name == SuccessFile);

    private List<FileEvent> Living()
    {
        var last = Events.GroupBy(found => found.Url, StringComparer.Ordinal).Select(file => file.Max(FileEventOrder.Instance)!).ToList();
        var gone = last.Where(found => found is { Folder: true, Kind: FileEventKind.Deleted }).ToList();
        bool IsGone(FileEvent file) => gone.Any(folder => IsBelow(file.Url, folder.Url) && file.Time <= folder.Time);
        return [.. last.Where(found => found is { Folder: false, Kind: FileEventKind.Created } && !IsGone(found))];
    }

    internal static bool IsBelow(string url, string folder) =>
        url.Length > folder.Length && url[folder.Length] == '/' && url.StartsWith(folder, StringComparison.Ordinal);
}

/// <summary>First line of a done drop; its events follow. The same records give the same line, whoever writes it.</summary>
/// <param name="Records">Names of the pending records that it was made of: where one of them shows up again, it is done already.</param>
/// <param name="Successes">The <c>_SUCCESS</c> files so far, newest first: they cover files that are told late.</param>
public sealed record DoneDrop(
    string Dataset, string Source, DropCompletion By, int Files, IReadOnlyList<string> Records, IReadOnlyList<FolderSuccess> Successes)
{
    /// <summary>Older ones are forgotten: events come late by hours, not by thousands of drops.</summary>
    public const int MostSuccesses = 1000;
}

/// <param name="Folder">URL of the folder that holds the file.</param>
public sealed record FolderSuccess(string Folder, DateTimeOffset Time);
