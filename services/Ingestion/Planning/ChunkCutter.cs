using System.Buffers;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Ingestion.Planning;

/// <summary>The chunk that items are added to. It ends at its limits, and from a quarter of them on where the digest of its last item says
/// so: items that come or go then move no border but the ones beside them.</summary>
internal sealed class OpenChunk(ChunkLimits limits, PartNames parts)
{
    private int _first;
    private long _bytes;
    private string? _last;

    /// <summary>Chunks that were cut.</summary>
    public List<PlannedChunk> Cut { get; } = [];

    public int Items { get; private set; }

    /// <summary>A JSON line for each item: objects would pile up until a full collection.</summary>
    public ArrayBufferWriter<byte> Lines { get; } = new();

    public string Part => parts.OfLines(Lines.WrittenSpan);

    /// <summary>Whether the next item starts another chunk.</summary>
    public bool IsBefore(SourceItem next) => Items > 0 && (Items == limits.MostItems || _bytes + next.Bytes > limits.Bytes || EndsHere());

    /// <summary>Counts an item whose line was written.</summary>
    public void Add(SourceItem item) => (_last, _bytes, Items) = (item.Sha256, _bytes + item.Bytes, Items + 1);

    /// <summary>Ends the chunk and begins the next.</summary>
    public void End(string part, ArtifactReference? list, ArtifactReference? unpacked)
    {
        Cut.Add(new FilesChunk(_first, Items, part, list, unpacked));
        (_first, _bytes, Items) = (_first + Items, 0, 0);
        Lines.ResetWrittenCount();
    }

    private bool EndsHere() => Items >= limits.MostItems / 4 && _last is { } sha256
        && Convert.ToUInt64(sha256[..16], fromBase: 16) % (ulong)Math.Max(limits.MostItems / 2, 1) == 0;
}

/// <summary>Cuts items into chunks. Content that was unpacked goes into the store with its chunk, so that any machine can read it, unless
/// the chunk's part exists already.</summary>
internal sealed class ChunkCutter(IArtifactStore store, string root, ChunkLimits limits, PartNames parts) : IDisposable
{
    private readonly FileStream _unpacked = TemporaryFile.Create();
    private readonly OpenChunk _chunk = new(limits, parts);

    /// <param name="content">Null for a file of the lake, and for a rejected item.</param>
    public async Task AddAsync(SourceItem item, Stream? content, CancellationToken cancellation)
    {
        if (_chunk.IsBefore(item))
            await CutAsync(cancellation);

        JsonLines.Write(_chunk.Lines, content is null ? item : item with { Offset = _unpacked.Position });
        _chunk.Add(item);
        if (content is not null)
            await content.CopyToAsync(_unpacked, cancellation);
    }

    public async Task<IReadOnlyList<PlannedChunk>> FinishAsync(CancellationToken cancellation)
    {
        if (_chunk.Items > 0)
            await CutAsync(cancellation);

        return _chunk.Cut;
    }

    public void Dispose() => _unpacked.Dispose();

    private async Task CutAsync(CancellationToken cancellation)
    {
        var part = _chunk.Part;
        ArtifactReference? list = null, unpacked = null;
        if (!parts.IsThere(part))
        {
            var name = $"{_chunk.Cut.Count:d5}";
            list = await PutAsync($"items/{name}.jsonl", (stream, token) => stream.WriteAsync(_chunk.Lines.WrittenMemory, token).AsTask());
            if (_unpacked.Position > 0)
                unpacked = await PutAsync($"unpacked/{name}", WriteUnpackedAsync);
        }

        _chunk.End(part, list, unpacked);
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
