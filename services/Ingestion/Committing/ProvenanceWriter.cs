using System.Buffers;
using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Grouping;

namespace Pipeline.Ingestion.Committing;

/// <summary>Parquet, row groups of rows of one sample shard. Kept in a temporary file until all is known.</summary>
internal sealed class ProvenanceWriter : IAsyncDisposable
{
    /// <summary>Of a row group. For each column the library makes buffers anew; those of more digests, as text, would be large objects,
    /// which stay until a full collection.</summary>
    private const int MostRows = 1024;

    private static readonly DataField Shard = new DataField<string>("shard");
    private static readonly DataField Row = new DataField<int>("row");
    private static readonly DataField Path = new DataField<string>("path");
    private static readonly DataField Item = new DataField<int>("item");
    private static readonly DataField Group = new DataField<int>("group");
    private static readonly DataField Label = new DataField<string>("label");
    private static readonly DataField SplitOf = new DataField<string>("split");
    private static readonly DataField Width = new DataField<int>("width");
    private static readonly DataField Height = new DataField<int>("height");
    private static readonly DataField Format = new DataField<string>("format");
    private static readonly DataField SourceBytes = new DataField<long>("source_bytes");
    private static readonly DataField SourceSha256 = new DataField<string>("source_sha256");
    private static readonly DataField Digest = new DataField<string>("pixel_sha256");

    private static readonly ParquetSchema Schema =
        new(Shard, Row, Path, Item, Group, Label, SplitOf, Width, Height, Format, SourceBytes, SourceSha256, Digest);

    private readonly FileStream _file = TemporaryFile.Create();
    private ParquetWriter? _writer;

    public async Task WriteAsync(string shard, string split, ProvenanceRows rows, CancellationToken cancellation)
    {
        _writer ??= await ParquetWriter.CreateAsync(Schema, _file, Options(), cancellationToken: cancellation);
        for (var first = 0; first < rows.Count; first += MostRows)
            await WriteAsync(_writer, shard, split, rows, first, cancellation);
    }

    /// <summary>Ends the file; nothing can be added after that.</summary>
    public async Task FinishAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
    }

    public async Task CopyToAsync(Stream stream, CancellationToken cancellation)
    {
        _file.Position = 0;
        await _file.CopyToAsync(stream, cancellation);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static ParquetOptions Options()
    {
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            // The library's own zstd level is many times slower, for little.
            CompressionLevel = CompressionLevel.Fastest,
            // A sample this small shows that a dictionary of paths or digests does not pay.
            DictionaryEncodingSampleSize = 64,
        };
        foreach (var repetitive in new[] { Shard, Label, SplitOf, Format })
            options.ColumnEncodingHints[repetitive.Path.ToString()] = EncodingHint.Dictionary;

        return options;
    }

    private static async Task WriteAsync(
        ParquetWriter writer, string shard, string split, ProvenanceRows rows, int first, CancellationToken cancellation)
    {
        var count = Math.Min(MostRows, rows.Count - first);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Shard, Column(_ => shard));
        await group.WriteAsync<int>(Row, Enumerable.Range(first, count).ToArray(), cancellationToken: cancellation);
        await group.WriteAsync(Path, Column(rows.PathOf));
        await group.WriteAsync<int>(Item, Column(row => row.Item), cancellationToken: cancellation);
        await group.WriteAsync<int>(Group, Column(row => row.Group), cancellationToken: cancellation);
        await group.WriteAsync(Label, Column(row => row.Label)!);
        await group.WriteAsync(SplitOf, Column(_ => split));
        await group.WriteAsync<int>(Width, Column(row => row.Width), cancellationToken: cancellation);
        await group.WriteAsync<int>(Height, Column(row => row.Height), cancellationToken: cancellation);
        await group.WriteAsync(Format, Column(row => row.Format));
        await group.WriteAsync<long>(SourceBytes, Column(row => row.Bytes), cancellationToken: cancellation);
        await group.WriteAsync(SourceSha256, Column(row => row.SourceSha256.ToString()));
        await group.WriteAsync(Digest, Column(row => row.Digest.ToString()));

        T[] Column<T>(Func<ProvenanceRow, T> value)
        {
            var column = new T[count];
            for (var row = 0; row < count; row++)
                column[row] = value(rows[first + row]);

            return column;
        }
    }
}

/// <summary>Where the samples of one shard came from, in buffers that the next shard uses again: objects that live as long as a shard takes
/// to fill would pile up until a full collection.</summary>
internal sealed class ProvenanceRows
{
    private readonly List<ProvenanceRow> _rows = [];
    private readonly ArrayBufferWriter<byte> _paths = new();

    public int Count => _rows.Count;

    public ProvenanceRow this[int row] => _rows[row];

    public string PathOf(ProvenanceRow row) => Encoding.UTF8.GetString(_paths.WrittenSpan[row.Path]);

    public void Add(string path, ProvenanceRow row)
    {
        var start = _paths.WrittenCount;
        Encoding.UTF8.GetBytes(path, _paths);
        _rows.Add(row with { Path = start.._paths.WrittenCount });
    }

    public void Clear()
    {
        _rows.Clear();
        _paths.ResetWrittenCount();
    }
}

/// <param name="Item">Its number in the import.</param>
/// <param name="Group">Item of the first of its group; its own where there is none.</param>
/// <param name="Label">The class's name; null where there is none.</param>
/// <param name="Digest">SHA-256 of the pixels, or of the text.</param>
internal readonly record struct ProvenanceRow(int Item, int Group, string? Label, PixelDigest Digest, PixelDigest SourceSha256)
{
    public Range Path { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }
    public required string Format { get; init; }
    public long Bytes { get; init; }
}
