namespace Pipeline.Ingestion.Images;

/// <param name="Pixels">Shape [C, S, S].</param>
/// <param name="Width">As shown, before resizing.</param>
/// <param name="Height">As shown, before resizing.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>gif</c>, <c>bmp</c>, <c>webp</c> or <c>idx</c>.</param>
/// <param name="IsNarrow">It has 16 bits a value and shows less than a quarter of their range: <see cref="NarrowRange"/>.</param>
public sealed record DecodedImage(byte[] Pixels, int Width, int Height, string Format, bool IsNarrow = false);

/// <summary>An image cannot be used. Says why; never ends more than that image.</summary>
public sealed class ImageRejectedException(RejectionReason reason, string? detail = null) : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;

    public string? Detail => detail;
}
