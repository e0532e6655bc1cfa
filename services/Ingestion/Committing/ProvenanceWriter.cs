using System.IO.Compression;
using System.Security.Cryptography;
using Parquet;
using Parquet.Schema;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>Where one sample came from.</summary>
/// <param name="Item">Its number in the import.</param>
/// <param name="Group">Number of the first that is nearly the same picture; its own where there is none.</param>
/// <param name="Label">The class's name; null where there is none.</param>
public sealed record ProvenanceRow(ImportedItem Source, int Item, int Group, string? Label);

/// <summary>Parquet, a row group for each sample shard. Kept in a temporary file until all is known.</summary>
internal sealed class ProvenanceWriter : IAsyncDisposable
{
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

    /// <param name="digests">SHA-256 of the pixels, 32 bytes a row.</param>
    public async Task WriteAsync(string shard, string split, IReadOnlyList<ProvenanceRow> rows, ReadOnlyMemory<byte> digests, CancellationToken cancellation)
    {
        // The library's own zstd level is many times slower, for little.
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        _writer ??= await ParquetWriter.CreateAsync(Schema, _file, options, cancellationToken: cancellation);
        using var group = _writer.CreateRowGroup();
        await group.WriteAsync(Shard, Strings(_ => shard));
        await group.WriteAsync<int>(Row, Enumerable.Range(0, rows.Count).ToArray(), cancellationToken: cancellation);
        await group.WriteAsync(Path, Strings(row => row.Source.Path));
        await group.WriteAsync<int>(Item, Values(row => row.Item), cancellationToken: cancellation);
        await group.WriteAsync<int>(Group, Values(row => row.Group), cancellationToken: cancellation);
        await group.WriteAsync(Label, Strings(row => row.Label));
        await group.WriteAsync(SplitOf, Strings(_ => split));
        await group.WriteAsync<int>(Width, Values(row => row.Source.Width), cancellationToken: cancellation);
        await group.WriteAsync<int>(Height, Values(row => row.Source.Height), cancellationToken: cancellation);
        await group.WriteAsync(Format, Strings(row => row.Source.Format));
        await group.WriteAsync<long>(SourceBytes, Values(row => row.Source.Bytes), cancellationToken: cancellation);
        await group.WriteAsync(SourceSha256, Strings(row => row.Source.Sha256));
        await group.WriteAsync(Digest, Hex());

        string[] Hex() => [.. Enumerable.Range(0, rows.Count).Select(row => Convert.ToHexStringLower(digests.Span.Slice(row * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)))];
        string[] Strings(Func<ProvenanceRow, string?> value) => [.. rows.Select(row => value(row)!)];
        T[] Values<T>(Func<ProvenanceRow, T> value) => [.. rows.Select(value)];
    }

    /// <summary>Ends the file; nothing can be added after that.</summary>
    public async Task FinishAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }
    }

    public async Task CopyToAsync(Stream stream, CancellationToken cancellation)
    {
        _file.Position = 0;
        await _file.CopyToAsync(stream, cancellation);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
