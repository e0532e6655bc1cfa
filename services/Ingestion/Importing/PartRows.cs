using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Images;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Importing;

/// <summary>The decoded rows of one part.</summary>
internal sealed class PartRows(ImportPlan plan, int capacity) : IDisposable
{
    private readonly byte[] _pixels = ArrayPool<byte>.Shared.Rent(capacity * plan.ImageBytes);
    private readonly byte[] _digests = new byte[capacity * SHA256.HashSizeInBytes];
    private readonly int[] _labels = new int[capacity];
    private readonly int[] _numbers = new int[capacity];
    private readonly int[] _splits = new int[capacity];
    private readonly List<ImportedItem> _items = new(capacity);
    private readonly Dictionary<string, int> _classes = plan.Classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);

    public int Count => _items.Count;

    public IReadOnlyList<ImportedItem> Items => _items;

    public void Add(int number, SourceItem source, DecodedImage image)
    {
        image.Pixels.CopyTo(_pixels, Count * plan.ImageBytes);
        SHA256.HashData(image.Pixels, _digests.AsSpan(Count * SHA256.HashSizeInBytes));
        _labels[Count] = source.Label is null ? -1 : _classes[source.Label];
        _numbers[Count] = number;
        _splits[Count] = source.Split is { } split ? (int)split : -1;
        _items.Add(new ImportedItem(source.Path, source.Bytes, source.Sha256!, image.Width, image.Height, image.Format));
    }

    public IReadOnlyList<SafetensorsTensor> Tensors() =>
    [
        new("pixels", SafetensorsType.U8, [Count, plan.Input.Channels, plan.Input.Size, plan.Input.Size], _pixels.AsMemory(0, Count * plan.ImageBytes)),
        new("digest", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _digests.AsMemory(0, Count * SHA256.HashSizeInBytes)),
        SafetensorsTensor.Of<int>("label", _labels.AsSpan(0, Count), Count),
        SafetensorsTensor.Of<int>("item", _numbers.AsSpan(0, Count), Count),
        SafetensorsTensor.Of<int>("split", _splits.AsSpan(0, Count), Count),
    ];

    public void Dispose() => ArrayPool<byte>.Shared.Return(_pixels);
}
