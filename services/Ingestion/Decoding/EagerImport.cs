using Pipeline.Lake.Places;
using System.Buffers;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Images;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion.Decoding;

/// <summary>
/// Decodes new images when they are read to be planned, so that they are read once: a chunk of nothing else becomes a part at once, which the plan then finds there. A chunk with files that
/// are known already, or with more of them than <see cref="IngestionOptions.EagerFiles"/>, is left to those who take chunks, and so is all behind the first container.
/// </summary>
/// <param name="nameOf">How quarantine calls a file, by its path: <see cref="Lake.Places.ILakeFolder.NameOf"/>.</param>
/// <param name="decoder">Makes one for each thread that decodes.</param>
public sealed class EagerImport(
    IArtifactStore store, Quarantine quarantine, string dataset, InputSpec input, Func<string, string> nameOf, PartNames parts, ChunkLimits limits, Func<ImageDecoder> decoder, IngestionOptions options) : IAsyncDisposable
{
    private readonly DecodingThreads _threads = new(options.Parallelism, input, decoder);
    private readonly ChunkBorders _borders = new(limits);

    /// <summary>As the plan's chunks have them.</summary>
    private readonly ArrayBufferWriter<byte> _lines = new();

    private readonly List<PlannedChunk> _chunks = [];

    /// <summary>Files of a folder that was never looked through are new, unless their dataset has parts: then what was known of the folder was forgotten.</summary>
    private readonly bool _takesUnlisted = !parts.Any;

    /// <summary>Of the chunk at hand; null before its first item, and where it was given up.</summary>
    private PartMaker? _part;

    private bool _givenUp;
    private bool _isPartMissing;
    private Task<Made?>? _writing;
    private int _first;
    private int _decoded;
    private volatile bool _ended;

    /// <summary>How many were made.</summary>
    public int Parts { get; private set; }

    /// <summary>In them.</summary>
    public int Items { get; private set; }

    /// <summary>Compute seconds of them.</summary>
    public double Seconds { get; private set; }

    /// <summary>All chunks of the source, once it is finished, where each has its part; else null.</summary>
    public IReadOnlyList<PlannedChunk>? Chunks => _ended || _isPartMissing ? null : _chunks;

    /// <summary>Whether a file is to be read as a whole, and decoded. Safe for several threads.</summary>
    public bool Takes(FoundFile found) =>
        !_ended && (found.IsNew ?? _takesUnlisted) && found.File.Bytes <= Math.Min(options.MaxFileBytes, options.ReadAheadBytes) && Volatile.Read(ref _decoded) < options.EagerFiles;

    /// <inheritdoc cref="DecodingThreads.DecodeAsync"/>
    public Task<ReadItem> DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _decoded);
        return _threads.DecodeAsync(item, content, cancellation);
    }

    /// <summary>All items of the source, in their order.</summary>
    /// <param name="line">The item as a JSON line.</param>
    /// <param name="decoded">Null for what was not taken.</param>
    public async Task AddAsync(SourceItem item, ReadOnlyMemory<byte> line, ReadItem? decoded, CancellationToken cancellation)
    {
        if (!_ended)
        {
            await AddToChunkAsync(item, line, decoded, cancellation);
        }

        if (decoded?.Content is { } content)
        {
            FileBuffers.Return(content);
        }
    }

    /// <summary>There are no more items.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (!_ended && _borders.Items > 0)
        {
            await CutAsync(cancellation);
        }

        await WrittenAsync();
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
            {
                return;
            }
        }

        if (ReadItem.Refused(item, options.MaxFileBytes) is { } refused)
        {
            decoded = refused;
        }

        if (decoded is null)
        {
            GiveUp();
        }
        else if (!_givenUp)
        {
            _part ??= new PartMaker(store, quarantine, dataset, nameOf, new PictureRows(input, read => read.Picture!, limits.MostItems));
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
        var name = parts.OfLines(_lines.WrittenSpan);
        _chunks.Add(new FilesChunk(_first, _borders.Items, name, null));
        _first += _borders.Items;
        if (_part is { } part)
        {
            _part = null;
            _writing = WriteAsync(part, name, _borders.Items, cancellation);
        }
        else
        {
            _isPartMissing |= !parts.IsThere(name);
        }

        _lines.ResetWrittenCount();
        _borders.Cut();
        _givenUp = false;
        _ended = Volatile.Read(ref _decoded) + (long)limits.MostItems > options.EagerFiles;
    }

    // Beside what is read and decoded next: the folder's store does not wait for the disk in a way that frees a thread. It begins in any case, as it has the part to give back.
    private Task<Made?> WriteAsync(PartMaker part, string name, int items, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            using (part)
            {
                return parts.IsThere(name) ? null : new Made(name, items, await part.FinishAsync(name, cancellation));
            }
        },
        CancellationToken.None);

    private async Task WrittenAsync()
    {
        if (_writing is { } writing)
        {
            _writing = null;
            if (await writing is var (name, items, seconds))
            {
                parts.Add(name);
                Parts++;
                Items += items;
                Seconds += seconds;
            }
        }
    }

    private sealed record Made(string Name, int Items, double Seconds);
}
