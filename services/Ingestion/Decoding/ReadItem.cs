using System.Security.Cryptography;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Decoding;

/// <summary>An item of a chunk as it was read, or why it was not.</summary>
/// <param name="Content">Null where it lies in <paramref name="File"/>, was given back after decoding, or could not be read.</param>
/// <param name="File">A temporary one, which whoever reads it disposes; only of large files of sequences.</param>
/// <param name="Picture">Of a decoded image.</param>
public sealed record ReadItem(
    SourceItem Source,
    ArraySegment<byte>? Content,
    RejectionReason? Rejection = null,
    string? Detail = null,
    FileStream? File = null,
    Picture? Picture = null)
{
    /// <summary>An item that is not read at all, with the reason; null where it is.</summary>
    public static ReadItem? Refused(SourceItem item, long maxFileBytes) =>
        item.Rejection is { } rejection ? new ReadItem(item, null, rejection, item.Detail)
        : item.Sha256 is null ? new ReadItem(item, null, RejectionReason.Unreadable)
        : item.Bytes > maxFileBytes ? new ReadItem(item, null, RejectionReason.TooLarge, $"{item.Bytes} bytes; at most {maxFileBytes}")
        : null;

    /// <summary>The item with its picture, or with the reason why it has none.</summary>
    public ReadItem Decoded(Func<ArraySegment<byte>, DecodedImage> decode, InputSpec input)
    {
        try
        {
            return this with { Picture = Picture.Of(decode(Content!.Value), input) };
        }
        catch (ImageRejectedException rejected)
        {
            return this with { Rejection = rejected.Reason, Detail = rejected.Detail };
        }
    }
}

/// <summary>A decoded image, with what tells it from others and finds near-duplicates.</summary>
/// <param name="Digest">SHA-256 of the pixels.</param>
/// <param name="Hash">As <see cref="PerceptualHash.Of"/>.</param>
/// <param name="Thumbnail">As <see cref="Likeness.Thumbnail.Write"/>.</param>
public sealed record Picture(DecodedImage Image, byte[] Digest, ulong Hash, byte[] Thumbnail)
{
    public static Picture Of(DecodedImage image, InputSpec input)
    {
        var thumbnail = new byte[Likeness.Thumbnail.Bytes(input)];
        Likeness.Thumbnail.Write(image.Pixels, input, thumbnail);
        return new Picture(image, SHA256.HashData(image.Pixels), PerceptualHash.Of(image.Pixels, input), thumbnail);
    }
}
