using System.Buffers;
using System.Collections.Concurrent;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Decodes new images while they are read to be planned: a chunk of nothing else becomes a part at once, which the plan then finds
/// there. A chunk with files that are known already, or with more of them than <see cref="IngestionOptions.EagerFiles"/>, is left to those
/// who take chunks, and so is all behind the first container. Documents are always left to them.</summary>
public sealed class NewFiles : INewFiles
{
    private readonly IArtifactStore _store;
    private readonly Quarantine _quarantine;
    private readonly IngestionOptions _options;
    private readonly ILakeFolder _folder;
    private readonly PartNames _parts;
    private readonly ChunkLimits _limits;
    private readonly int _most;
    private readonly DecodingThreads _threads;
    private readonly ConcurrentDictionary<string, ReadItem> _read = new(StringComparer.Ordinal);
    private readonly ChunkBorders _borders;

    /// <summary>As the plan's chunks have them.</summary>
    private readonly ArrayBufferWriter<byte> _lines = new();

    private readonly List<PlannedChunk> _chunks = [];

    /// <summary>Files of a folder that was never looked through are new, unless their dataset has parts: then what was known of it was
    /// forgotten.</summary>
    private readonly bool _takesUnlisted;

    /// <summary>Of the chunk at hand; null before its first item, and where it was given up.</summary>
    private PartMaker? _part;

    private bool _givenUp;
    private bool _isPartMissing;
    private Task<(string Name, int Items, double Seconds)?>? _writing;
    private MadeParts _made = MadeParts.None;
    private int _first;
    private int _decoded;
    private volatile bool _ended;

    /// <param name="folder">That the files lie in.</param>
    public NewFiles(
        IArtifactStore store, Quarantine quarantine, IngestionOptions options, ILakeFolder folder, PartNames parts, ChunkLimits limits)
    {
        (_store, _quarantine, _options, _folder, _parts, _limits) = (store, quarantine, options, folder, parts, limits);
        _most = parts.Decoding.Sequences is null ? options.EagerFiles : 0;
        _threads = new DecodingThreads(options.Parallelism, parts.Decoding.Input, parts.Decoding.ImageDecoder);
        _borders = new ChunkBorders(limits);
        _takesUnlisted = !parts.Any;
        _ended = _most == 0;
    }

    public bool Takes(FoundFile file) => !_ended
        && (file.IsNew ?? _takesUnlisted)
        && file.File.Bytes <= Math.Min(_options.MaxFileBytes, _options.ReadAheadBytes)
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
        if (!_ended && _borders.Items > 0)
            await CutAsync(cancellation);

        await WrittenAsync();
        return _made with { Chunks = _ended || _isPartMissing ? null : _chunks };
    }

    public async ValueTask DisposeAsync()
    {
        _part?.Dispose();
        await (_writing ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _threads.DisposeAsync();
    }

    private async Task AddToChunkAsync(SourceItem item, ReadOnlyMemory<byte> line, ReadItem? decoded, CancellationToken cancellation)
    {
        if (item.Container is not null)
        {
            // Chunks go on with its members, which nobody knows yet.
            _ended = true;
            GiveUp();
            return;
        }

        if (_borders.IsBefore(item))
        {
            await CutAsync(cancellation);
            if (_ended)
                return;
        }

        decoded = ReadItem.Refused(item, _options.MaxFileBytes) ?? decoded;
        if (decoded is null)
        {
            GiveUp();
        }
        else if (!_givenUp)
        {
            var input = _parts.Decoding.Input;
            _part ??= new PartMaker(
                _store, _quarantine, _parts.Dataset, _folder.NameOf, new PictureRows(input, read => read.Picture!, _limits.MostItems));
            await _part.AddAsync(_borders.Items, decoded with { Source = item }, cancellation);
        }

        _lines.Write(line.Span);
        _borders.Add(item);
    }

    private void GiveUp()
    {
        _part?.Dispose();
        _part = null;
        _givenUp = true;
    }

    private async Task CutAsync(CancellationToken cancellation)
    {
        await WrittenAsync();
        var name = _parts.OfLines(_lines.WrittenSpan);
        _chunks.Add(new FilesChunk(_first, _borders.Items, name, null));
        _first += _borders.Items;
        if (_part is { } part)
        {
            _part = null;
            _writing = WriteAsync(part, name, _borders.Items, cancellation);
        }
        else
        {
            _isPartMissing |= !_parts.IsThere(name);
        }

        _lines.ResetWrittenCount();
        _borders.Cut();
        _givenUp = false;
        _ended = Volatile.Read(ref _decoded) + (long)_limits.MostItems > _most;
    }

    // Beside what is read and decoded next: the folder's store does not wait for the disk in a way that frees a thread. It begins in any
    // case, as it has the part to give back.
    private Task<(string Name, int Items, double Seconds)?> WriteAsync(
        PartMaker part, string name, int items, CancellationToken cancellation) =>
        Task.Run<(string, int, double)?>(
            async () =>
            {
                using (part)
                    return _parts.IsThere(name) ? null : (name, items, await part.FinishAsync(name, cancellation));
            },
            CancellationToken.None);

    private async Task WrittenAsync()
    {
        var writing = _writing;
        _writing = null;
        if (writing is not null && await writing is var (name, items, seconds))
        {
            _parts.Add(name);
            _made = new MadeParts(_made.Parts + 1, _made.Items + items, _made.Seconds + seconds, null);
        }
    }
}
