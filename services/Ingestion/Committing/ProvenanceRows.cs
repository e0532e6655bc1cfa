using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>Where the samples of one shard came from, by column and in buffers that the next shard uses again: objects that live as long as
/// a shard takes to fill would pile up until the collector looks at what is old.</summary>
internal sealed class ProvenanceRows
{
    private readonly List<ProvenanceRow> _rows = [];
    private readonly ArrayBufferWriter<byte> _paths = new();
    private readonly ArrayBufferWriter<byte> _sha256 = new();
    private readonly ArrayBufferWriter<byte> _digests = new();

    public int Count => _rows.Count;

    /// <summary>SHA-256 of the pixels, 32 bytes a row.</summary>
    public ReadOnlyMemory<byte> Digests => _digests.WrittenMemory;

    /// <param name="digest">SHA-256 of the pixels.</param>
    /// <param name="item">Its number in the import.</param>
    /// <param name="group">Number of the first that is nearly the same picture; its own where there is none.</param>
    /// <param name="label">The class's name; null where there is none.</param>
    public void Add(ImportedItem source, ReadOnlySpan<byte> digest, int item, int group, string? label)
    {
        var start = _paths.WrittenCount;
        Encoding.UTF8.GetBytes(source.Path, _paths);
        Convert.FromHexString(source.Sha256, _sha256.GetSpan(SHA256.HashSizeInBytes), out _, out var written);
        _sha256.Advance(written);
        _digests.Write(digest);
        var path = start.._paths.WrittenCount;
        _rows.Add(new ProvenanceRow(path, item, group, label, string.Intern(source.Format), source.Bytes)
        {
            Width = source.Width,
            Height = source.Height,
        });
    }

    public void Clear()
    {
        _rows.Clear();
        _paths.ResetWrittenCount();
        _sha256.ResetWrittenCount();
        _digests.ResetWrittenCount();
    }

    public T[] Column<T>(Range rows, Func<ProvenanceRow, T> value)
    {
        var (first, count) = rows.GetOffsetAndLength(Count);
        var column = new T[count];
        for (var row = 0; row < count; row++)
            column[row] = value(_rows[first + row]);

        return column;
    }

    public string[] Paths(Range rows) => Column(rows, row => Encoding.UTF8.GetString(_paths.WrittenSpan[row.Path]));

    public string[] Sha256(Range rows) => Hex(_sha256.WrittenSpan, rows);

    public string[] PixelSha256(Range rows) => Hex(_digests.WrittenSpan, rows);

    private string[] Hex(ReadOnlySpan<byte> digests, Range rows)
    {
        var (first, count) = rows.GetOffsetAndLength(Count);
        var hex = new string[count];
        for (var row = 0; row < count; row++)
            hex[row] = Convert.ToHexStringLower(digests.Slice((first + row) * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));

        return hex;
    }
}

/// <param name="Path">Where its bytes lie.</param>
/// <param name="Label">Null where there is none.</param>
/// <param name="Bytes">Of the source.</param>
internal readonly record struct ProvenanceRow(Range Path, int Item, int Group, string? Label, string Format, long Bytes)
{
    public int Width { get; init; }

    public int Height { get; init; }
}
