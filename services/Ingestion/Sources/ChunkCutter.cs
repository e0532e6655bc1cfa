using Pipeline.Artifacts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Sources;

/// <summary>Cuts items into chunks. What was unpacked goes into the store with its chunk, so that any machine can read it.</summary>
internal sealed class ChunkCutter(IArtifactStore store, string root, ChunkLimits limits) : IDisposable
{
    private readonly List<PlannedChunk> _chunks = [];
    private readonly List<SourceItem> _items = [];
    private readonly FileStream _unpacked = TemporaryFile.Create();
    private int _first;
    private long _bytes;

    /// <param name="content">Null for a file of the lake, and for what cannot be used.</param>
    public async Task AddAsync(SourceItem item, Stream? content, CancellationToken cancellation)
    {
        if (_items.Count == limits.MostItems || (_items.Count > 0 && _bytes + item.Bytes > limits.Bytes))
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
        await CutAsync(cancellation);
        return _chunks;
    }

    public void Dispose() => _unpacked.Dispose();

    private async Task CutAsync(CancellationToken cancellation)
    {
        var name = $"{_chunks.Count:d5}";
        var list = await store.CreateAsync($"{root}/items/{name}.jsonl", (stream, token) => JsonLines.WriteAsync(stream, _items, token), cancellation);
        var unpacked = _unpacked.Position == 0 ? null : await store.CreateAsync($"{root}/unpacked/{name}", WriteUnpackedAsync, cancellation);
        _chunks.Add(new FilesChunk(_first, _items.Count, list.Reference, unpacked?.Reference));
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
