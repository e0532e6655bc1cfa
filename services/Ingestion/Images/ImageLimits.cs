namespace Pipeline.Ingestion.Images;

/// <summary>What an image may ask for, held against its header and once more against what its decoder would make.</summary>
/// <param name="MaxPixels">Of the whole image.</param>
/// <param name="MaxSideRatio">The longer side over the shorter.</param>
/// <param name="MaxRatio">Bytes of memory that a byte of its file may unpack to, beyond 48 MB that any file may take.</param>
public sealed record ImageLimits(long MaxPixels, double MaxSideRatio, int MaxRatio)
{
    /// <summary>What any file may take, however small it is.</summary>
    private const long FreeMemory = 48 << 20;

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
    public void CheckMemory(long memory, long fileBytes)
    {
        if (memory > FreeMemory && memory > fileBytes * MaxRatio)
        {
            throw new ImageRejectedException(
                RejectionReason.TooLarge, $"{fileBytes} bytes that unpack to {memory >> 20} MB; over {FreeMemory >> 20} MB at most {MaxRatio} times the file");
        }
    }
}
