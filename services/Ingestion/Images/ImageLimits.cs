namespace Pipeline.Ingestion.Images;

/// <summary>What an image may ask for, held against its header and once more against what its decoder would make.</summary>
/// <param name="MaxPixels">Of the whole image.</param>
/// <param name="MaxSideRatio">The longer side over the shorter.</param>
public sealed record ImageLimits(long MaxPixels, double MaxSideRatio)
{
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
}
