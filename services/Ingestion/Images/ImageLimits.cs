namespace Pipeline.Ingestion.Images;

/// <summary>What an image may ask for, held against its header and once more against what its decoder would make.</summary>
/// <param name="MaxPixels">Of the whole image.</param>
/// <param name="MaxSideRatio">The longer side over the shorter.</param>
public sealed record ImageLimits(long MaxPixels, double MaxSideRatio)
{
    /// <summary>What any file may take, however small it is.</summary>
    private const long FreeMemory = 48 << 20;

    /// <summary>Beyond that, the memory that a byte of a file may take. Photographs take 2 to 30, drawings some dozens; a bomb takes hundreds to thousands.</summary>
    private const int MostExpansion = 100;

    /// <exception cref="ImageRejectedException">It is over a limit.</exception>
    public void Check(int width, int height)
    {
        if ((long)width * height > MaxPixels)
        {
            throw new ImageRejectedException(RejectionReason.TooLarge, $"{width}×{height} pixels; at most {MaxPixels}");
        }

        if (Math.Max(width, height) > MaxSideRatio * Math.Min(width, height))
        {
            throw new ImageRejectedException(RejectionReason.SideRatio, $"{width}×{height} pixels; at most {MaxSideRatio} to 1");
        }
    }

    /// <param name="memory">Bytes that decoding takes.</param>
    /// <exception cref="ImageRejectedException">The file is small for so much.</exception>
    public static void CheckMemory(long memory, long fileBytes)
    {
        if (memory > FreeMemory && memory > fileBytes * MostExpansion)
        {
            throw new ImageRejectedException(
                RejectionReason.TooLarge, $"{fileBytes} bytes that unpack to {memory >> 20} MB; over {FreeMemory >> 20} MB at most {MostExpansion} times the file");
        }
    }
}
