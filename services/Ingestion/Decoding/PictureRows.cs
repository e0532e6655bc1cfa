using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Findings;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Decoding;

/// <summary>The decoded images of one part.</summary>
internal sealed class PictureRows(InputSpec input, int capacity) : PartRows
{
    private readonly int _imageBytes = input.Channels * input.Size * input.Size;
    private readonly int _thumbnailBytes = Thumbnail.Bytes(input);
    private readonly byte[] _pixels = LargeBuffers.Pool.Rent(capacity * input.Channels * input.Size * input.Size);
    private readonly byte[] _digests = LargeBuffers.Pool.Rent(capacity * SHA256.HashSizeInBytes);
    private readonly byte[] _hashes = LargeBuffers.Pool.Rent(capacity * sizeof(ulong));
    private readonly byte[] _thumbnails = LargeBuffers.Pool.Rent(capacity * Thumbnail.Bytes(input));

    public override Task AddAsync(int number, ReadItem item, Func<Rejection, ReadOnlyMemory<byte>?, Task> reject)
    {
        var (source, picture) = (item.Source, item.Picture!);
        var image = picture.Image;
        if (image.IsNarrow)
            Findings.Add(new Finding(WarningCode.NarrowRange, 1, Detail: source.Path));

        image.Pixels.CopyTo(_pixels, Count * _imageBytes);
        picture.Digest.CopyTo(_digests, Count * SHA256.HashSizeInBytes);
        MemoryMarshal.Cast<byte, ulong>(_hashes.AsSpan())[Count] = picture.Hash;
        picture.Thumbnail.CopyTo(_thumbnails, Count * _thumbnailBytes);
        var imported = new ImportedItem(source.Path, source.Bytes, source.Sha256!, image.Width, image.Height, image.Format);
        Add(number, source.Label, source.Split, imported);
        return Task.CompletedTask;
    }

    public override IReadOnlyList<SafetensorsTensor> Samples() =>
        [new("pixels", SafetensorsType.U8, [Count, input.Channels, input.Size, input.Size], _pixels.AsMemory(0, Count * _imageBytes))];

    public override void Dispose()
    {
        base.Dispose();
        foreach (var buffer in new[] { _pixels, _digests, _hashes, _thumbnails })
            LargeBuffers.Pool.Return(buffer);
    }

    protected override IEnumerable<SafetensorsTensor> Looks() =>
    [
        new("digest", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _digests.AsMemory(0, Count * SHA256.HashSizeInBytes)),
        new("hash", SafetensorsType.U64, [Count], _hashes.AsMemory(0, Count * sizeof(ulong))),
        new("thumbnail", SafetensorsType.U8, [Count, _thumbnailBytes], _thumbnails.AsMemory(0, Count * _thumbnailBytes)),
    ];
}
