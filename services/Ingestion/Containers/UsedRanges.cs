namespace Pipeline.Ingestion.Containers;

/// <summary>Ranges of a file that are taken: entries that share bytes are how a small archive becomes a huge one.</summary>
internal sealed class UsedRanges
{
    private readonly List<long> _starts = [];
    private readonly List<long> _ends = [];

    /// <returns>False where it overlaps one that was added before.</returns>
    public bool TryAdd(long start, long end)
    {
        // Nearly always the next one behind the last.
        var at = _starts.Count == 0 || start >= _ends[^1] ? _starts.Count : _starts.BinarySearch(start);
        at = at < 0 ? ~at : at;
        if ((at > 0 && _ends[at - 1] > start) || (at < _starts.Count && _starts[at] < end))
        {
            return false;
        }

        _starts.Insert(at, start);
        _ends.Insert(at, end);
        return true;
    }
}
