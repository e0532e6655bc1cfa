using System.Security.Cryptography;
using Pipeline.Contracts;
using Pipeline.Ingestion.Images;
using Pipeline.Ingestion.NearDuplicates;

namespace Pipeline.Ingestion.Importing;

/// <summary>A decoded image, with what tells it from others and finds those that are nearly the same.</summary>
/// <param name="Digest">SHA-256 of the pixels.</param>
/// <param name="Hash">As <see cref="PerceptualHash.Of"/>.</param>
/// <param name="Thumbnail">As <see cref="NearDuplicates.Thumbnail.Write"/>.</param>
public sealed record Picture(DecodedImage Image, byte[] Digest, ulong Hash, byte[] Thumbnail)
{
    public static Picture Of(DecodedImage image, InputSpec input)
    {
        var thumbnail = new byte[NearDuplicates.Thumbnail.Bytes(input)];
        NearDuplicates.Thumbnail.Write(image.Pixels, input, thumbnail);
        return new Picture(image, SHA256.HashData(image.Pixels), PerceptualHash.Of(image.Pixels, input), thumbnail);
    }
}
