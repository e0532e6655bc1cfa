using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Ingestion.Importing;

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

    public string[] Paths()
    {
        var paths = new string[Count];
        var start = 0;
        foreach (var (row, end) in _pathEnds.Index())
        {
            paths[row] = Encoding.UTF8.GetString(_paths.WrittenSpan[start..end]);
            start = end;
        }

        return paths;
    }

    public string[] Sha256() => Hex(_sha256.WrittenSpan);

    public string[] PixelSha256() => Hex(_digests.WrittenSpan);

    public int[] Items() => [.. _items];

    public int[] Groups() => [.. _groups];

    public int[] Widths() => [.. _widths];

    public int[] Heights() => [.. _heights];

    public long[] Bytes() => [.. _bytes];

    public string[] Formats() => [.. _formats];

    /// <summary>Null where there is none.</summary>
    public string?[] Labels() => [.. _labels];

    private string[] Hex(ReadOnlySpan<byte> digests)
    {
        var hex = new string[Count];
        for (var row = 0; row < hex.Length; row++)
        {
            hex[row] = Convert.ToHexStringLower(digests.Slice(row * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
        }

        return hex;
    }
}
