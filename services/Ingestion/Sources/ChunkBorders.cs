using System.Globalization;

namespace Pipeline.Ingestion.Sources;

/// <summary>Where a chunk ends: at its limits, and between a quarter and all of them where an item's own digest says so, so that items that come or go move no border but the ones beside them.</summary>
internal sealed class ChunkBorders(ChunkLimits limits)
{
    private long _bytes;

    /// <summary>SHA-256 of the last item; null where it could not be read.</summary>
    private string? _last;

    /// <summary>Of the chunk so far.</summary>
    public int Items { get; private set; }

    /// <summary>Whether the next item starts another chunk.</summary>
    public bool IsBefore(SourceItem next) => Items > 0 && (Items == limits.MostItems || _bytes + next.Bytes > limits.Bytes || EndsChunk);

    public void Add(SourceItem item)
    {
        _last = item.Sha256;
        _bytes += item.Bytes;
        Items++;
    }

    public void Cut() => (_bytes, Items) = (0, 0);

    private bool EndsChunk =>
        Items >= limits.MostItems / 4
        && _last is { } sha256
        && ulong.Parse(sha256.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;
}
