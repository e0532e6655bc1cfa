using Pipeline.Images.Files;

namespace Pipeline.Images;

/// <param name="Pixels">Shape [C, S, S].</param>
/// <param name="Width">As shown, before resizing, like the height.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>gif</c>, <c>bmp</c>, <c>webp</c> or <c>idx</c>.</param>
/// <param name="IsNarrow">It has 16 bits a value and shows less than a quarter of their range: <see cref="NarrowRange"/>.</param>
public sealed record DecodedImage(byte[] Pixels, int Width, int Height, string Format, bool IsNarrow = false);

/// <summary>What an image may ask for, held against its header and once more against what its decoder would make.</summary>
/// <param name="MaxPixels">Of the whole image.</param>
/// <param name="MaxRatio">Bytes of memory that a byte of its file may unpack to, beyond 48 MB that any file may take.</param>
public sealed record ImageLimits(long MaxPixels, double MaxSideRatio, int MaxRatio)
{
    /// <summary>What any file may take, however small it is.</summary>
    private const long FreeMemory = 48 << 20;

    /// <exception cref="ImageRejectedException">It is over a limit.</exception>
    public void Check(int width, int height)
    {
        if ((long)width * height > MaxPixels)
            throw new ImageRejectedException(RejectionReason.TooLarge, $"{width}×{height} pixels; at most {MaxPixels}");
        if (Math.Max(width, height) > MaxSideRatio * Math.Min(width, height))
            throw new ImageRejectedException(RejectionReason.SideRatio, $"{width}×{height} pixels; at most {MaxSideRatio} to 1");
    }

    /// <param name="memory">Bytes that decoding takes.</param>
    /// <exception cref="ImageRejectedException">The file is small for so much.</exception>
    public void CheckMemory(long memory, long fileBytes)
    {
        if (memory > FreeMemory && memory > fileBytes * MaxRatio)
        {
            throw new ImageRejectedException(
                RejectionReason.TooLarge,
                $"{fileBytes} bytes that unpack to {memory >> 20} MB; over {FreeMemory >> 20} MB at most {MaxRatio} times the file");
        }
    }
}

/// <summary>Images of 16 bits a value that show only the lowest quarter of their range, such as scans of 12 bits, or values of 0 to 255,
/// that were stored as they are. At 8 bits they are dark and have few shades left.</summary>
internal static class NarrowRange
{
    /// <summary>A quarter of the range at 8 bits.</summary>
    private const int Quarter = 64;

    /// <summary>Detail of an image that is left with one colour, and so rejected.</summary>
    public const string Blank =
        "the image is of one colour at 8 bits: it has 16 bits and uses less than a quarter of their range, "
        + "as where values of 0 to 255 are kept in 16 bits";

    /// <param name="pixels">The whole image, not yet scaled, as a mean hides what is small and bright. Shape [H, W, 4]; colours are
    /// multiplied by their alpha.</param>
    /// <returns>Whether all of it is below a quarter of the range where it lies over white.</returns>
    public static bool Holds(ReadOnlySpan<byte> pixels)
    {
        for (var at = 0; at + 4 <= pixels.Length; at += 4)
        {
            var pixel = pixels.Slice(at, 4);
            if (Math.Max(Math.Max(pixel[0], pixel[1]), pixel[2]) + byte.MaxValue - pixel[3] >= Quarter)
                return false;
        }

        return true;
    }
}
