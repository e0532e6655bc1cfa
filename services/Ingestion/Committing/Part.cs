using System.Security.Cryptography;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>One part of an import in the import's own numbers: other imports may share it.</summary>
/// <param name="first">Number of the chunk's first item; of sequences of its first row.</param>
/// <param name="index">Null where nothing could be used.</param>
/// <param name="classes">The import's classes, by the part's.</param>
/// <param name="firstDocument">Number of its first document; null for images.</param>
internal sealed class Part(int chunk, int first, ImportPart content, SafetensorsFile? index, int[] classes, int? firstDocument) : IDisposable
{
    private static readonly PixelDigest NoTags = PixelDigest.Of(SHA256.HashData([]));

    public ImportPart Content => content;

    public int Rows { get; } = index is null ? 0 : (int)index.Shape("item")[0];

    /// <summary>Its number in the whole import: of images the item's, of sequences its own.</summary>
    public int Item(int row) => firstDocument is not null ? first + row : first + index!.ReadRows<int>("item", row, 1)[0];

    /// <summary>SHA-256 of the pixels, or of the text.</summary>
    public ReadOnlySpan<byte> Digest(int row) => index!.ReadRows<byte>("digest", row, 1)[..SHA256.HashSizeInBytes];

    /// <summary>An index into <see cref="PartReader.Classes"/>; −1 for none.</summary>
    public int Label(int row) => index!.ReadRows<int>("label", row, 1)[0] is >= 0 and var label ? classes[label] : -1;

    /// <summary>As supplied.</summary>
    public Split? SplitOf(int row) => index!.ReadRows<int>("split", row, 1)[0] is >= 0 and var split ? (Split)split : null;

    public ulong Hash(int row) => index!.ReadRows<ulong>("hash", row, 1)[0];

    public ReadOnlySpan<byte> Thumbnail(int row) => index!.ReadRows<byte>("thumbnail", row, 1);

    /// <summary>By <see cref="NearDuplicates.MinHash"/>.</summary>
    public ReadOnlySpan<uint> Signature(int row) => index!.ReadRows<uint>("signature", row, 1);

    /// <summary>Number of the sequence's document in the whole import.</summary>
    public int Document(int row) => firstDocument!.Value + index!.ReadRows<int>("document", row, 1)[0];

    /// <summary>SHA-256 of the names of a sequence's tags; null where it has none.</summary>
    public PixelDigest? Tags(int row) => content.Tags is not null && PixelDigest.Of(index!.ReadRows<byte>("tags", row, 1)) is var tags && tags != NoTags ? tags : null;

    /// <summary>Where the row's pixels or text lie, without tags.</summary>
    public PartRow At(int row) => new(chunk, row);

    public void Dispose() => index?.Dispose();
}
