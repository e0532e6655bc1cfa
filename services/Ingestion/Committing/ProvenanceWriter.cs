using System.IO.Compression;
using Parquet;
using Parquet.Schema;
using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Committing;

/// <summary>Parquet, row groups of rows of one sample shard. Kept in a temporary file until all is known.</summary>
internal sealed class ProvenanceWriter : IAsyncDisposable
{
    /// <summary>Of a row group. For each column the library makes buffers anew; those of more digests, as text, would be large objects,
    /// which lie about until the whole heap is collected.</summary>
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
            await WriteAsync(_writer, shard, split, rows, first..Math.Min(first + MostRows, rows.Count), cancellation);
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
        // The library's own zstd level is many times slower, for little.
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            CompressionLevel = CompressionLevel.Fastest,
            // So many tell that a dictionary does not pay; otherwise it would be made of all paths and digests.
            DictionaryEncodingSampleSize = 64,
        };
        foreach (var repetitive in new[] { Shard, Label, SplitOf, Format })
            options.ColumnEncodingHints[repetitive.Path.ToString()] = EncodingHint.Dictionary;

        return options;
    }

    private static async Task WriteAsync(
        ParquetWriter writer, string shard, string split, ProvenanceRows rows, Range some, CancellationToken cancellation)
    {
        var (first, count) = some.GetOffsetAndLength(rows.Count);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Shard, Same(shard));
        await group.WriteAsync<int>(Row, Enumerable.Range(first, count).ToArray(), cancellationToken: cancellation);
        await group.WriteAsync(Path, rows.Paths(some));
        await group.WriteAsync<int>(Item, rows.Column(some, row => row.Item), cancellationToken: cancellation);
        await group.WriteAsync<int>(Group, rows.Column(some, row => row.Group), cancellationToken: cancellation);
        await group.WriteAsync(Label, rows.Column(some, row => row.Label)!);
        await group.WriteAsync(SplitOf, Same(split));
        await group.WriteAsync<int>(Width, rows.Column(some, row => row.Width), cancellationToken: cancellation);
        await group.WriteAsync<int>(Height, rows.Column(some, row => row.Height), cancellationToken: cancellation);
        await group.WriteAsync(Format, rows.Column(some, row => row.Format));
        await group.WriteAsync<long>(SourceBytes, rows.Column(some, row => row.Bytes), cancellationToken: cancellation);
        await group.WriteAsync(SourceSha256, rows.Sha256(some));
        await group.WriteAsync(Digest, rows.PixelSha256(some));

        string[] Same(string value) => [.. Enumerable.Repeat(value, count)];
    }
}
