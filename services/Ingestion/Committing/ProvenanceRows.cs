using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Where the samples of one shard came from, by column and in buffers that the next shard uses again: objects that live as long as a shard takes to fill would pile up until the
/// collector looks at what is old.
/// </summary>
internal sealed class ProvenanceRows
{
    private readonly ArrayBufferWriter<byte> _paths = new();
    private readonly List<int> _pathEnds = [];
    private readonly ArrayBufferWriter<byte> _sha256 = new();
    private readonly ArrayBufferWriter<byte> _digests = new();
    private readonly List<int> _items = [];
    private readonly List<int> _groups = [];
    private readonly List<int> _widths = [];
    private readonly List<int> _heights = [];
    private readonly List<long> _bytes = [];
    private readonly List<string> _formats = [];
    private readonly List<string?> _labels = [];

    public int Count => _items.Count;

    /// <param name="digest">SHA-256 of the pixels.</param>
    /// <param name="item">Its number in the import.</param>
    /// <param name="group">Number of the first that is nearly the same picture; its own where there is none.</param>
    /// <param name="label">The class's name; null where there is none.</param>
    public void Add(ImportedItem source, ReadOnlySpan<byte> digest, int item, int group, string? label)
    {
        Encoding.UTF8.GetBytes(source.Path, _paths);
        _pathEnds.Add(_paths.WrittenCount);
        Convert.FromHexString(source.Sha256, _sha256.GetSpan(SHA256.HashSizeInBytes), out _, out var written);
        _sha256.Advance(written);
        _digests.Write(digest);
        _items.Add(item);
        _groups.Add(group);
        _widths.Add(source.Width);
        _heights.Add(source.Height);
        _bytes.Add(source.Bytes);
        _formats.Add(string.Intern(source.Format));
        _labels.Add(label);
    }

    public void Clear()
    {
        _paths.ResetWrittenCount();
        _sha256.ResetWrittenCount();
        _digests.ResetWrittenCount();
        _pathEnds.Clear();
        _items.Clear();
        _groups.Clear();
        _widths.Clear();
        _heights.Clear();
        _bytes.Clear();
        _formats.Clear();
        _labels.Clear();
    }

    /// <summary>SHA-256 of the pixels, 32 bytes a row.</summary>
    public ReadOnlyMemory<byte> Digests => _digests.WrittenMemory;

    public string[] Paths(Range rows)
    {
        var (first, count) = rows.GetOffsetAndLength(Count);
        var paths = new string[count];
        var start = first == 0 ? 0 : _pathEnds[first - 1];
        for (var row = 0; row < count; row++)
        {
            var end = _pathEnds[first + row];
            paths[row] = Encoding.UTF8.GetString(_paths.WrittenSpan[start..end]);
            start = end;
        }

        return paths;
    }

    public string[] Sha256(Range rows) => Hex(_sha256.WrittenSpan, rows);

    public string[] PixelSha256(Range rows) => Hex(_digests.WrittenSpan, rows);

    public int[] Items(Range rows) => Some(_items, rows);

    public int[] Groups(Range rows) => Some(_groups, rows);

    public int[] Widths(Range rows) => Some(_widths, rows);

    public int[] Heights(Range rows) => Some(_heights, rows);

    public long[] Bytes(Range rows) => Some(_bytes, rows);

    public string[] Formats(Range rows) => Some(_formats, rows);

    /// <summary>Null where there is none.</summary>
    public string?[] Labels(Range rows) => Some(_labels, rows);

    private static T[] Some<T>(List<T> column, Range rows) => CollectionsMarshal.AsSpan(column)[rows].ToArray();

    private string[] Hex(ReadOnlySpan<byte> digests, Range rows)
    {
        var (first, count) = rows.GetOffsetAndLength(Count);
        var hex = new string[count];
        for (var row = 0; row < count; row++)
        {
            hex[row] = Convert.ToHexStringLower(digests.Slice((first + row) * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
        }

        return hex;
    }
}
