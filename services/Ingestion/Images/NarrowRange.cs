namespace Pipeline.Ingestion.Images;

/// <summary>
/// Images of 16 bits a value that show only the lowest quarter of their range, such as scans of 12 bits, or values of 0 to 255, that were stored as they are. At 8 bits they are dark and have few
/// shades left.
/// </summary>
internal static class NarrowRange
{
    /// <summary>A quarter of the range at 8 bits.</summary>
    private const int Quarter = 64;

    /// <summary>Detail of an image that is left with one colour, and so rejected.</summary>
    public const string Blank =
        "the image is of one colour at 8 bits: it has 16 bits and uses less than a quarter of their range, as where values of 0 to 255 are kept in 16 bits";

    /// <param name="pixels">The whole image, not yet scaled, as a mean hides what is small and bright. Shape [H, W, 4]; colours are multiplied by their alpha.</param>
    /// <returns>Whether all of it is below a quarter of the range where it lies over white.</returns>
    public static bool Holds(ReadOnlySpan<byte> pixels)
    {
        for (var at = 0; at + 4 <= pixels.Length; at += 4)
        {
            var pixel = pixels.Slice(at, 4);
            if (Math.Max(Math.Max(pixel[0], pixel[1]), pixel[2]) + byte.MaxValue - pixel[3] >= Quarter)
            {
                return false;
            }
        }

        return true;
    }
}
