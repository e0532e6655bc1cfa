using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;

namespace Pipeline.Triggers.Completeness;

/// <summary>Drops as they lie in the store. Records never change, so each is read once.</summary>
public sealed class DropShelf(IArtifactStore store)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<FileEvent>> _records = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DoneDrop> _done = new(StringComparer.Ordinal);

    /// <summary>One for each dataset and source with records.</summary>
    public async Task<IReadOnlyList<PendingDrop>> PendingAsync(CancellationToken cancellation = default)
    {
        var records = new List<DropRecord>();
        await foreach (var info in store.ListAsync(DropKeys.Pending, cancellation))
        {
            if (await EventsAsync(info.Key, cancellation) is { Count: > 0 } events)
            {
                records.Add(new DropRecord(info.Key, info.Modified, events));
            }
        }

        foreach (var gone in _records.Keys.Except(records.Select(record => record.Key), StringComparer.Ordinal).ToList())
        {
            _records.TryRemove(gone, out _);
        }

        return [.. records.GroupBy(record => DropKeys.ParentOf(record.Key)).Select(group => new PendingDrop(new DropDataset(group.First().Events[0].Dataset, group.First().Events[0].Source), [.. group]))];
    }

    /// <summary>The drop of the dataset that was done last; null before the first.</summary>
    public async Task<DoneDrop?> NewestDoneAsync(DropDataset dataset, CancellationToken cancellation = default)
    {
        await foreach (var info in store.ListAsync(DropKeys.DoneOf(dataset), cancellation))
        {
            if (!_done.TryGetValue(info.Key, out var done))
            {
                _done.Clear();
                await using var stream = await store.OpenReadAsync(info.Key, cancellation);
                using var reader = new StreamReader(stream);
                var line = await reader.ReadLineAsync(cancellation);
                _done[info.Key] = done = JsonSerializer.Deserialize<DoneDrop>(line ?? "", PipelineJson.Compact)!;
            }

            return done;
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
        {
            await store.DeleteAsync(record.Key, cancellation);
        }
    }

    /// <summary>Null where another worker was faster and has moved it.</summary>
    private async Task<IReadOnlyList<FileEvent>?> EventsAsync(string key, CancellationToken cancellation)
    {
        if (_records.TryGetValue(key, out var known))
        {
            return known;
        }

        try
        {
            var events = new List<FileEvent>();
            await foreach (var found in JsonLines.ReadAsync<FileEvent>(await store.OpenReadAsync(key, cancellation), cancellation))
            {
                events.Add(found);
            }

            return _records[key] = events;
        }
        catch (ArtifactNotFoundException)
        {
            return null;
        }
    }
}

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
