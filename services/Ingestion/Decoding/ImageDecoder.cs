using Pipeline.Contracts;
using SkiaSharp;

namespace Pipeline.Ingestion.Decoding;

/// <summary>A decoded image at the experiment's size.</summary>
/// <param name="Pixels">Shape [C, S, S].</param>
/// <param name="Width">Of the file, before resizing, as its header tells.</param>
/// <param name="Format">Such as <c>jpeg</c>.</param>
public sealed record DecodedImage(byte[] Pixels, int Width, int Height, string Format);

/// <summary>An image that cannot be used, and why.</summary>
public sealed class UnusableImageException(RejectionReason reason, string message) : Exception(message)
{
    public RejectionReason Reason { get; } = reason;
}

/// <summary>
/// JPEG, PNG, BMP, GIF (first frame) and WebP, told by their content and never by a name, through Skia. The orientation that EXIF tells is applied,
/// transparency lies on white, grey is the luma of Rec. 601, and the middle square is brought to size by <see cref="AreaFilter"/>.
/// </summary>
public sealed class ImageDecoder(InputSpec input, long maxPixels)
{
    private static readonly SKEncodedImageFormat[] Formats =
        [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Bmp, SKEncodedImageFormat.Gif, SKEncodedImageFormat.Webp];

    /// <param name="file">The bytes of the file.</param>
    /// <exception cref="UnusableImageException">They are no usable image.</exception>
    public DecodedImage Decode(byte[] file)
    {
        if (file.Length == 0)
        {
            throw new UnusableImageException(RejectionReason.Empty, "The file has no bytes.");
        }

        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null || !Formats.Contains(codec.EncodedFormat))
        {
            throw StartsLikeAnImage(file)
                ? new UnusableImageException(RejectionReason.Corrupt, "It starts like an image, but its header is damaged.")
                : new UnusableImageException(RejectionReason.NotAnImage, "Its content is no JPEG, PNG, BMP, GIF or WebP.");
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > maxPixels)
        {
            throw new UnusableImageException(RejectionReason.TooLarge, $"It has {width}×{height} pixels; at most {maxPixels} are read.");
        }

        var planes = Read(codec);
        if (planes.Planes.All(IsOneColour))
        {
            throw new UnusableImageException(RejectionReason.Blank, "It has one colour all over.");
        }

        var pixels = new byte[input.Channels * input.Size * input.Size];
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var resized = AreaFilter.Resize(planes.Planes[channel], planes.Width, planes.Height, input.Size);
            Orient(resized, pixels.AsSpan(channel * resized.Length, resized.Length), input.Size, codec.EncodedOrigin);
        }

        return new DecodedImage(pixels, width, height, codec.EncodedFormat.ToString().ToLowerInvariant());
    }

    /// <summary>An image that is a plane of grey already.</summary>
    /// <exception cref="UnusableImageException">It is blank.</exception>
    public DecodedImage FromGrey(ReadOnlySpan<byte> plane, int width, int height, string format)
    {
        if (IsOneColour(plane.ToArray()))
        {
            throw new UnusableImageException(RejectionReason.Blank, "It has one colour all over.");
        }

        var resized = AreaFilter.Resize(plane, width, height, input.Size);
        return new DecodedImage([.. Enumerable.Repeat(resized, input.Channels).SelectMany(pixels => pixels)], width, height, format);
    }

    private (byte[][] Planes, int Width, int Height) Read(SKCodec codec)
    {
        var size = ScaledSize(codec);
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        return result == SKCodecResult.Success
            ? (ToPlanes(bitmap.GetPixelSpan()), size.Width, size.Height)
            : throw new UnusableImageException(RejectionReason.Corrupt, result == SKCodecResult.IncompleteInput ? "It is truncated." : $"It is damaged ({result}).");
    }

    /// <summary>The smallest size that the decoder can make at once (JPEG: eighths) and that is not below the wanted one.</summary>
    private SKSizeI ScaledSize(SKCodec codec)
    {
        for (var eighths = 1; eighths < 8; eighths++)
        {
            var scaled = codec.GetScaledDimensions(eighths / 8f);
            if (Math.Min(scaled.Width, scaled.Height) >= input.Size)
            {
                return scaled;
            }
        }

        return codec.Info.Size;
    }

    private byte[][] ToPlanes(ReadOnlySpan<byte> rgba)
    {
        var planes = new byte[input.Channels][];
        for (var channel = 0; channel < planes.Length; channel++)
        {
            planes[channel] = new byte[rgba.Length / 4];
        }

        for (var i = 0; i < rgba.Length / 4; i++)
        {
            var alpha = rgba[(4 * i) + 3];
            var (red, green, blue) = (OnWhite(rgba[4 * i], alpha), OnWhite(rgba[(4 * i) + 1], alpha), OnWhite(rgba[(4 * i) + 2], alpha));
            if (input.Channels == 1)
            {
                planes[0][i] = (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);
            }
            else
            {
                (planes[0][i], planes[1][i], planes[2][i]) = ((byte)red, (byte)green, (byte)blue);
            }
        }

        return planes;
    }

    private static int OnWhite(byte colour, byte alpha) => ((colour * alpha) + (255 * (255 - alpha)) + 127) / 255;

    private static bool IsOneColour(byte[] plane) => plane.AsSpan().IndexOfAnyExcept(plane[0]) < 0;

    /// <summary>EXIF orientations 1 to 8 (CIPA DC-008, tag 0x0112): where each pixel of the upright image lies in the stored one.</summary>
    private static void Orient(ReadOnlySpan<byte> stored, Span<byte> upright, int size, SKEncodedOrigin origin)
    {
        var last = size - 1;
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (row, column) = origin switch
                {
                    SKEncodedOrigin.TopRight => (y, last - x),
                    SKEncodedOrigin.BottomRight => (last - y, last - x),
                    SKEncodedOrigin.BottomLeft => (last - y, x),
                    SKEncodedOrigin.LeftTop => (x, y),
                    SKEncodedOrigin.RightTop => (last - x, y),
                    SKEncodedOrigin.RightBottom => (last - x, last - y),
                    SKEncodedOrigin.LeftBottom => (x, last - y),
                    _ => (y, x),
                };
                upright[(y * size) + x] = stored[(row * size) + column];
            }
        }
    }

    private static bool StartsLikeAnImage(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
        || file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) || file.StartsWith("GIF8"u8) || file.StartsWith("BM"u8)
        || (file.Length > 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8));
}
