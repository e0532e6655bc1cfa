using System.Buffers;
using System.Globalization;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// Cuts items into chunks, where they themselves say: those that come or go move no border but the ones beside them. What was unpacked goes into the store with its chunk, so that any
/// machine can read it; nothing does where the chunk's part is there already.
/// </summary>
internal sealed class ChunkCutter(IArtifactStore store, string root, ChunkLimits limits, PartNames parts) : IDisposable
{
    private readonly List<PlannedChunk> _chunks = [];
    private readonly List<SourceItem> _items = [];
    private readonly FileStream _unpacked = TemporaryFile.Create();

    /// <summary>The chunk's list; used again, as it is large.</summary>
    private readonly ArrayBufferWriter<byte> _lines = new();
    private int _first;
    private long _bytes;

    /// <param name="content">Null for a file of the lake, and for what cannot be used.</param>
    public async Task AddAsync(SourceItem item, Stream? content, CancellationToken cancellation)
    {
        if (_items.Count > 0 && (_items.Count == limits.MostItems || _bytes + item.Bytes > limits.Bytes || EndsChunk(_items[^1])))
        {
            await CutAsync(cancellation);
        }

        _items.Add(content is null ? item : item with { Offset = _unpacked.Position });
        _bytes += item.Bytes;
        if (content is not null)
        {
            await content.CopyToAsync(_unpacked, cancellation);
        }
    }

    public async Task<IReadOnlyList<PlannedChunk>> FinishAsync(CancellationToken cancellation)
    {
        if (_items.Count > 0)
        {
            await CutAsync(cancellation);
        }

        return _chunks;
    }

    public void Dispose() => _unpacked.Dispose();

    private bool EndsChunk(SourceItem last) =>
        _items.Count >= limits.MostItems / 4
        && last.Sha256 is { } sha256
        && ulong.Parse(sha256.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;

    private async Task CutAsync(CancellationToken cancellation)
    {
        _lines.ResetWrittenCount();
        JsonLines.Write(_lines, _items);
        var part = parts.Of(Digest.Of(_lines.WrittenSpan));
        ArtifactReference? list = null, unpacked = null;
        if (!parts.IsThere(part))
        {
            var name = $"{_chunks.Count:d5}";
            list = (await store.CreateAsync($"{root}/items/{name}.jsonl", (stream, token) => stream.WriteAsync(_lines.WrittenMemory, token).AsTask(), cancellation)).Reference;
            unpacked = _unpacked.Position == 0 ? null : (await store.CreateAsync($"{root}/unpacked/{name}", WriteUnpackedAsync, cancellation)).Reference;
        }

        _chunks.Add(new FilesChunk(_first, _items.Count, part, list, unpacked));
        _first += _items.Count;
        _bytes = 0;
        _items.Clear();
        _unpacked.SetLength(0);
    }

    // A store may ask again.
    private Task WriteUnpackedAsync(Stream stream, CancellationToken cancellation)
    {
        _unpacked.Position = 0;
        return _unpacked.CopyToAsync(stream, cancellation);
    }
}
