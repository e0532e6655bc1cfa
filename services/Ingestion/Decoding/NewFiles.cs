using System.Buffers;
using System.Collections.Concurrent;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Decodes new images while they are read to be planned: a chunk of nothing else becomes a part at once, and the plan then finds
/// it. A chunk with files that are known already, or with more of them than <see cref="IngestionOptions.EagerFiles"/>, is left to the
/// importers of chunks, and so is everything after the first container, and every document.</summary>
/// <param name="folder">That the files lie in.</param>
public sealed class NewFiles(
    IArtifactStore store, Quarantine quarantine, IngestionOptions options, ILakeFolder folder, PartNames parts, ChunkLimits limits)
    : INewFiles
{
    private readonly int _most = parts.Decoding.Sequences is null ? options.EagerFiles : 0;
    private readonly DecodingThreads _threads = new(options.Parallelism, parts.Decoding.Input, parts.Decoding.ImageDecoder);
    private readonly ConcurrentDictionary<string, ReadItem> _read = new(StringComparer.Ordinal);
    private readonly OpenChunk _chunk = new(limits, parts);

    /// <summary>Files of a folder without a listing are new, unless their dataset has parts: then the listing was forgotten.</summary>
    private readonly bool _takesUnlisted = !parts.Any;

    /// <summary>Of the current chunk; null before its first item, and where it was given up.</summary>
    private PartMaker? _part;

    private bool _givenUp;
    private bool _isPartMissing;
    private Task _writing = Task.CompletedTask;
    private MadeParts _made = MadeParts.None;
    private int _decoded;
    private volatile bool _ended = parts.Decoding.Sequences is not null || options.EagerFiles == 0;

    public bool Takes(FoundFile file) => !_ended
        && (file.IsNew ?? _takesUnlisted)
        && file.File.Bytes <= Math.Min(options.MaxFileBytes, options.ReadAheadBytes)
        && Volatile.Read(ref _decoded) < _most;

    public async Task DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _decoded);
        _read[item.Path] = await _threads.DecodeAsync(item, content, cancellation);
    }

    public async Task AddAsync(SourceItem item, ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        _read.TryRemove(item.Path, out var decoded);
        if (!_ended)
            await AddToChunkAsync(item, line, decoded, cancellation);

        if (decoded?.Content is { } content)
            FileBuffers.Return(content);
    }

    public async Task<MadeParts> FinishAsync(CancellationToken cancellation)
    {
        if (!_ended && _chunk.Items > 0)
            await CutAsync(cancellation);

        await _writing;
        return _made with { Chunks = _ended || _isPartMissing ? null : _chunk.Cut };
    }

    public async ValueTask DisposeAsync()
    {
        _part?.Dispose();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _threads.DisposeAsync();
    }

    private async Task AddToChunkAsync(SourceItem item, ReadOnlyMemory<byte> line, ReadItem? decoded, CancellationToken cancellation)
    {
        if (item.Container is not null)
        {
            // The next chunk begins with its members, which are not known yet.
            _ended = true;
            GiveUp();
            return;
        }

        if (_chunk.IsBefore(item))
        {
            await CutAsync(cancellation);
            if (_ended)
                return;
        }

        decoded = ReadItem.Refused(item, options.MaxFileBytes) ?? decoded;
        if (decoded is null)
        {
            GiveUp();
        }
        else if (!_givenUp)
        {
            _part ??= new PartMaker(
                store, quarantine, parts.Dataset, folder.NameOf, new PictureRows(parts.Decoding.Input, limits.MostItems));
            await _part.AddAsync(_chunk.Items, decoded with { Source = item }, cancellation);
        }

        _chunk.Lines.Write(line.Span);
        _chunk.Add(item);
    }

    private void GiveUp()
    {
        _part?.Dispose();
        _part = null;
        _givenUp = true;
    }

    private async Task CutAsync(CancellationToken cancellation)
    {
        await _writing;
        var (name, items) = (_chunk.Part, _chunk.Items);
        _chunk.End(name, null, null);
        if (_part is { } part)
        {
            _part = null;
            // Runs beside what is read and decoded next: a folder store blocks its thread while it waits for the disk. It starts even when
            // cancelled, as it has to dispose the part.
            _writing = Task.Run(() => WriteAsync(part, name, items, cancellation), CancellationToken.None);
        }
        else
        {
            _isPartMissing |= !parts.IsThere(name);
        }

        _givenUp = false;
        _ended = Volatile.Read(ref _decoded) + (long)limits.MostItems > _most;
    }

    private async Task WriteAsync(PartMaker maker, string name, int items, CancellationToken cancellation)
    {
        using var part = maker;
        if (parts.IsThere(name))
            return;

        var seconds = await part.FinishAsync(name, cancellation);
        parts.Add(name);
        _made = new MadeParts(_made.Parts + 1, _made.Items + items, _made.Seconds + seconds, null);
    }
}
