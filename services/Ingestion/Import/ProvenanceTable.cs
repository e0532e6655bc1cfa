using System.IO.Compression;
using Parquet;
using Parquet.Schema;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Import;

/// <summary>A Parquet file with a row for each sample: where it lies and where it came from. A row group for each shard.</summary>
internal sealed class ProvenanceTable : IAsyncDisposable
{
    private static readonly DataField[] Columns =
    [
        Text("shard"), new DataField<int>("row"), Text("split"), new DataField("label", typeof(string), isNullable: true), Text("path"),
        Text("format"), new DataField<int>("width"), new DataField<int>("height"), new DataField<long>("bytes"), Text("digest"),
    ];

    private static DataField Text(string name) => new(name, typeof(string), isNullable: false);

    private readonly Stream file;
    private readonly ParquetWriter writer;

    private ProvenanceTable(Stream file, ParquetWriter writer)
    {
        this.file = file;
        this.writer = writer;
    }

    public static async Task<ProvenanceTable> CreateAsync(string path)
    {
        var file = File.Create(path);
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(Columns), file, options);
        return new ProvenanceTable(file, writer);
    }

    public async Task AddAsync(SampleShard shard, IReadOnlyList<(SampleOrigin Origin, string? Label)> rows, CancellationToken cancellation)
    {
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Columns[0], Texts(_ => shard.File.Key));
        await group.WriteAsync<int>(Columns[1], Enumerable.Range(0, rows.Count).ToArray(), cancellationToken: cancellation);
        await group.WriteAsync(Columns[2], Texts(_ => shard.Split.ToString().ToLowerInvariant()));
        await group.WriteAsync(Columns[3], Texts(row => row.Label));
        await group.WriteAsync(Columns[4], Texts(row => row.Origin.Path));
        await group.WriteAsync(Columns[5], Texts(row => row.Origin.Format));
        await group.WriteAsync<int>(Columns[6], Numbers(row => row.Origin.Width), cancellationToken: cancellation);
        await group.WriteAsync<int>(Columns[7], Numbers(row => row.Origin.Height), cancellationToken: cancellation);
        await group.WriteAsync<long>(Columns[8], Numbers(row => row.Origin.Bytes), cancellationToken: cancellation);
        await group.WriteAsync(Columns[9], Texts(row => row.Origin.Digest));
        group.CompleteValidate();

        string?[] Texts(Func<(SampleOrigin Origin, string? Label), string?> text) => [.. rows.Select(text)];
        T[] Numbers<T>(Func<(SampleOrigin Origin, string? Label), T> number) => [.. rows.Select(number)];
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await file.DisposeAsync();
    }
}
