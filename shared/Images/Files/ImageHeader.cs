using Pipeline.Lake.Kinds;
using SkiaSharp;

namespace Pipeline.Images.Files;

/// <summary>What a file says of itself, read from its structure before anything is decoded.</summary>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>gif</c>, <c>bmp</c> or <c>webp</c>.</param>
/// <param name="Width">As stored, like the height.</param>
/// <param name="Origin">Of a JPEG and a PNG, from the EXIF block.</param>
/// <param name="Channels">As stored: 4 is CMYK in a JPEG. 0 where it does not matter.</param>
/// <param name="DataEnd">Where the picture data of a JPEG with a single scan end; 0 for all else.</param>
/// <param name="Bits">Of each value of a PNG, 1 to 16. 0 for all else.</param>
/// <param name="Kept">Bytes that the decoder of an interlaced PNG keeps beside the picture.</param>
/// <param name="Shortage">Says so where the file's data cannot hold so many pixels; null where they can.</param>
public readonly record struct ImageHeader(
    string Format, int Width, int Height, SKEncodedOrigin Origin = SKEncodedOrigin.TopLeft, int Channels = 0, int DataEnd = 0, int Bits = 0,
    long Kept = 0, string? Shortage = null)
{
    /// <summary>Walks through the whole file; decodes nothing, and takes no memory by what the file claims.</summary>
    /// <exception cref="ImageRejectedException">It is no image, is cut short, or contradicts itself.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file) => file switch
    {
        [] => throw new ImageRejectedException(RejectionReason.Empty),
        [0xFF, 0xD8, 0xFF, ..] => JpegFile.Read(file),
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => PngFile.Read(file),
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => GifFile.Read(file),
        [(byte)'B', (byte)'M', ..] => BmpFile.Read(file),
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebpFile.Read(file),
        _ => throw new ImageRejectedException(RejectionReason.NotAnImage, OtherKinds.NameOf(file)),
    };

    internal static ImageRejectedException CutShort(string where) => new(RejectionReason.Corrupt, $"cut short: {where}");

    internal static ImageRejectedException Damaged(string how) => new(RejectionReason.Corrupt, how);

    internal static ImageRejectedException NotRead(string what) => new(RejectionReason.NotAnImage, $"{what}, which is not read");
}

/// <summary>An image cannot be used. Says why; never ends more than that image.</summary>
public sealed class ImageRejectedException(RejectionReason reason, string? detail = null)
    : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;
    public string? Detail => detail;
}
