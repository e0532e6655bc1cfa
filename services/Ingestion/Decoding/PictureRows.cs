using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Images;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Findings;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Decoding;

/// <summary>The decoded images of one part.</summary>
internal sealed class PictureRows(InputSpec input, Func<ReadItem, Picture> decode, int capacity) : IPartRows
{
    private readonly int _imageBytes = input.Channels * input.Size * input.Size;
    private readonly byte[] _pixels = LargeBuffers.Pool.Rent(capacity * input.Channels * input.Size * input.Size);
    private readonly byte[] _digests = LargeBuffers.Pool.Rent(capacity * SHA256.HashSizeInBytes);
    private readonly byte[] _hashes = LargeBuffers.Pool.Rent(capacity * sizeof(ulong));
    private readonly byte[] _thumbnails = LargeBuffers.Pool.Rent(capacity * Thumbnail.Bytes(input));
    private readonly int[] _labels = new int[capacity];
    private readonly int[] _numbers = new int[capacity];
    private readonly int[] _splits = new int[capacity];
    private readonly Spool<ImportedItem> _items = new();
    private readonly OrderedDictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly FindingList _findings = new();

    public int Count => (int)_items.Count;

    public Spool<ImportedItem> Items => _items;

    public IReadOnlyList<string> Classes => _classes.Keys;

    public IEnumerable<(Rejection Rejection, ReadOnlyMemory<byte>? Content)> Add(int number, ReadItem item)
    {
        try
        {
            Add(number, item.Source, decode(item));
            return [];
        }
        catch (ImageRejectedException rejected)
        {
            return [(new Rejection(item.Source.Path, rejected.Reason, rejected.Detail, item.Source.Sha256), item.Content)];
        }
    }

    public ImportPart Describe(ImportPart part) => _findings.All is { Count: > 0 } found ? part with { Findings = found } : part;

    private void Add(int number, SourceItem source, Picture picture)
    {
        var image = picture.Image;
        if (image.IsNarrow)
        {
            _findings.Add(new Finding(WarningCode.NarrowRange, 1, Detail: source.Path));
        }

        image.Pixels.CopyTo(_pixels, Count * _imageBytes);
        picture.Digest.CopyTo(_digests, Count * SHA256.HashSizeInBytes);
        MemoryMarshal.Cast<byte, ulong>(_hashes.AsSpan())[Count] = picture.Hash;
        picture.Thumbnail.CopyTo(_thumbnails, Count * Thumbnail.Bytes(input));
        _labels[Count] = source.Label is null ? -1 : ClassOf(source.Label);
        _numbers[Count] = number;
        _splits[Count] = source.Split is { } split ? (int)split : -1;
        _items.Add(new ImportedItem(source.Path, source.Bytes, source.Sha256!, image.Width, image.Height, image.Format));
    }

    public IReadOnlyList<SafetensorsTensor> Samples() =>
    [
        new("pixels", SafetensorsType.U8, [Count, input.Channels, input.Size, input.Size], _pixels.AsMemory(0, Count * _imageBytes)),
    ];

    public IReadOnlyList<SafetensorsTensor> Index() =>
    [
        new("digest", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _digests.AsMemory(0, Count * SHA256.HashSizeInBytes)),
        new("hash", SafetensorsType.U64, [Count], _hashes.AsMemory(0, Count * sizeof(ulong))),
        new("thumbnail", SafetensorsType.U8, [Count, Thumbnail.Bytes(input)], _thumbnails.AsMemory(0, Count * Thumbnail.Bytes(input))),
        SafetensorsTensor.Of<int>("label", _labels.AsSpan(0, Count), Count),
        SafetensorsTensor.Of<int>("item", _numbers.AsSpan(0, Count), Count),
        SafetensorsTensor.Of<int>("split", _splits.AsSpan(0, Count), Count),
    ];

    private int ClassOf(string label)
    {
        _classes.TryAdd(label, _classes.Count);
        return _classes[label];
    }

    public void Dispose()
    {
        _items.Dispose();
        LargeBuffers.Pool.Return(_pixels);
        LargeBuffers.Pool.Return(_digests);
        LargeBuffers.Pool.Return(_hashes);
        LargeBuffers.Pool.Return(_thumbnails);
    }
}
