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
    private readonly FileStream _unpacked = TemporaryFile.Create();

    /// <summary>A JSON line for each item of the chunk. Objects would live long enough to pile up until the collector looks at what is old.</summary>
    private readonly ArrayBufferWriter<byte> _list = new();

    private int _items;

    /// <summary>SHA-256 of the last item; null where it could not be read.</summary>
    private string? _last;
    private int _first;
    private long _bytes;

    /// <param name="content">Null for a file of the lake, and for what cannot be used.</param>
    public async Task AddAsync(SourceItem item, Stream? content, CancellationToken cancellation)
    {
        if (_items > 0 && (_items == limits.MostItems || _bytes + item.Bytes > limits.Bytes || EndsChunk))
        {
            await CutAsync(cancellation);
        }

        JsonLines.Write(_list, content is null ? item : item with { Offset = _unpacked.Position });
        _last = item.Sha256;
        _items++;
        _bytes += item.Bytes;
        if (content is not null)
        {
            await content.CopyToAsync(_unpacked, cancellation);
        }
    }

    public async Task<IReadOnlyList<PlannedChunk>> FinishAsync(CancellationToken cancellation)
    {
        if (_items > 0)
        {
            await CutAsync(cancellation);
        }

        return _chunks;
    }

    public void Dispose() => _unpacked.Dispose();

    private bool EndsChunk =>
        _items >= limits.MostItems / 4
        && _last is { } sha256
        && ulong.Parse(sha256.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;

    private async Task CutAsync(CancellationToken cancellation)
    {
        var part = parts.Of(Digest.Of(_list.WrittenSpan));
        ArtifactReference? list = null, unpacked = null;
        if (!parts.IsThere(part))
        {
            var name = $"{_chunks.Count:d5}";
            list = (await store.CreateAsync($"{root}/items/{name}.jsonl", (stream, token) => stream.WriteAsync(_list.WrittenMemory, token).AsTask(), cancellation)).Reference;
            unpacked = _unpacked.Position == 0 ? null : (await store.CreateAsync($"{root}/unpacked/{name}", WriteUnpackedAsync, cancellation)).Reference;
        }

        _chunks.Add(new FilesChunk(_first, _items, part, list, unpacked));
        _first += _items;
        _bytes = 0;
        _items = 0;
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
