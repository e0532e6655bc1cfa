using System.Buffers;
using System.Globalization;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Ingestion.Planning;

/// <summary>Where a chunk ends: at its limits, and between a quarter and all of them where an item's own digest says so, so that items that
/// come or go move no border but the ones beside them.</summary>
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
        && ulong.Parse(
            sha256.AsSpan(0, 16),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;
}

/// <summary>Cuts items into chunks, where they themselves say: those that come or go move no border but the ones beside them. What was
/// unpacked goes into the store with its chunk, so that any machine can read it; nothing does where the chunk's part is there
/// already.</summary>
internal sealed class ChunkCutter(IArtifactStore store, string root, ChunkLimits limits, PartNames parts) : IDisposable
{
    private readonly List<PlannedChunk> _chunks = [];
    private readonly FileStream _unpacked = TemporaryFile.Create();

    /// <summary>A JSON line for each item of the chunk. Objects would live long enough to pile up until the collector looks at what is
    /// old.</summary>
    private readonly ArrayBufferWriter<byte> _list = new();

    private readonly ChunkBorders _borders = new(limits);
    private int _first;

    /// <param name="content">Null for a file of the lake, and for what cannot be used.</param>
    public async Task AddAsync(SourceItem item, Stream? content, CancellationToken cancellation)
    {
        if (_borders.IsBefore(item))
            await CutAsync(cancellation);

        JsonLines.Write(_list, content is null ? item : item with { Offset = _unpacked.Position });
        _borders.Add(item);
        if (content is not null)
            await content.CopyToAsync(_unpacked, cancellation);
    }

    public async Task<IReadOnlyList<PlannedChunk>> FinishAsync(CancellationToken cancellation)
    {
        if (_borders.Items > 0)
            await CutAsync(cancellation);

        return _chunks;
    }

    public void Dispose() => _unpacked.Dispose();

    private async Task CutAsync(CancellationToken cancellation)
    {
        var part = parts.OfLines(_list.WrittenSpan);
        ArtifactReference? list = null, unpacked = null;
        if (!parts.IsThere(part))
        {
            var name = $"{_chunks.Count:d5}";
            list = (await store.CreateAsync(
                $"{root}/items/{name}.jsonl",
                (stream, token) => stream.WriteAsync(_list.WrittenMemory, token).AsTask(),
                cancellation)).Reference;
            unpacked = _unpacked.Position == 0
                ? null
                : (await store.CreateAsync($"{root}/unpacked/{name}", WriteUnpackedAsync, cancellation)).Reference;
        }

        _chunks.Add(new FilesChunk(_first, _borders.Items, part, list, unpacked));
        _first += _borders.Items;
        _borders.Cut();
        _list.ResetWrittenCount();
        _unpacked.SetLength(0);
    }

    // A store may ask again.
    private Task WriteUnpackedAsync(Stream stream, CancellationToken cancellation)
    {
        _unpacked.Position = 0;
        return _unpacked.CopyToAsync(stream, cancellation);
    }
}
