using System.Buffers;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Ingestion.Planning;

/// <summary>Decides where a chunk ends: at its limits, and from a quarter of them on where the digest of its last item says so. Items that
/// come or go then move no border but the ones beside them.</summary>
internal sealed class ChunkBorders(ChunkLimits limits)
{
    private long _bytes;
    private string? _last;

    public int Items { get; private set; }

    /// <summary>Whether the next item starts another chunk.</summary>
    public bool IsBefore(SourceItem next) => Items > 0 && (Items == limits.MostItems || _bytes + next.Bytes > limits.Bytes || EndsChunk());

    public void Add(SourceItem item) => (_last, _bytes, Items) = (item.Sha256, _bytes + item.Bytes, Items + 1);

    public void Cut() => (_bytes, Items) = (0, 0);

    private bool EndsChunk() => Items >= limits.MostItems / 4 && _last is { } sha256
        && Convert.ToUInt64(sha256[..16], fromBase: 16) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;
}

/// <summary>Cuts items into chunks. Content that was unpacked goes into the store with its chunk, so that any machine can read it, unless
/// the chunk's part exists already.</summary>
internal sealed class ChunkCutter(IArtifactStore store, string root, ChunkLimits limits, PartNames parts) : IDisposable
{
    private readonly List<PlannedChunk> _chunks = [];
    private readonly FileStream _unpacked = TemporaryFile.Create();
    private readonly ChunkBorders _borders = new(limits);

    /// <summary>A JSON line for each item of the chunk: objects would pile up until a full collection.</summary>
    private readonly ArrayBufferWriter<byte> _list = new();

    private int _first;

    /// <param name="content">Null for a file of the lake, and for a rejected item.</param>
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
            list = await PutAsync($"items/{name}.jsonl", (stream, token) => stream.WriteAsync(_list.WrittenMemory, token).AsTask());
            if (_unpacked.Position > 0)
                unpacked = await PutAsync($"unpacked/{name}", WriteUnpackedAsync);
        }

        _chunks.Add(new FilesChunk(_first, _borders.Items, part, list, unpacked));
        _first += _borders.Items;
        _borders.Cut();
        _list.ResetWrittenCount();
        _unpacked.SetLength(0);

        async Task<ArtifactReference> PutAsync(string name, Func<Stream, CancellationToken, Task> write) =>
            (await store.CreateAsync($"{root}/{name}", write, cancellation)).Reference;
    }

    // The store may call it again for a retry.
    private Task WriteUnpackedAsync(Stream stream, CancellationToken cancellation)
    {
        _unpacked.Position = 0;
        return _unpacked.CopyToAsync(stream, cancellation);
    }
}
