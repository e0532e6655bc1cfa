using System.Buffers;
using Pipeline.Images.Files;
using Pipeline.Images.Jpeg;
using SkiaSharp;

namespace Pipeline.Images;

/// <summary>Turns the bytes of an image file into [C, S, S]. The format is decided by the content, never by the name; of a moving image the
/// first frame counts. Transparent parts lie over white; the largest centred square is scaled to S×S by means over areas, with
/// <see cref="AreaResampler"/> or, of most JPEGs, as they are decoded; the EXIF orientation is applied; one channel is the Rec. 601 luma.
/// Colour profiles are not applied.</summary>
public sealed class ImageDecoder(InputSpec input, ImageLimits limits)
{
    private const int BytesPerPixel = 4;
    private const int CmykChannels = 4;
    private const int DeepBits = 16;

    /// <summary>Pixels of the image, along each side of a new one: a mean of several needs none of them to be bounded first.</summary>
    private const int FewestPixels = 2;

    /// <summary>Bytes that libjpeg may read beyond what it needs: its bit buffer's.</summary>
    private const int LookAhead = 8;

    private readonly BaselineDecoder _baseline = new(input);

    /// <exception cref="ImageRejectedException">It cannot be used.</exception>
    public DecodedImage Decode(ReadOnlySpan<byte> content)
    {
        var header = ImageHeader.Read(content);
        limits.Check(header.Width, header.Height);
        if (header.Shortage is { } shortage)
            throw new ImageRejectedException(RejectionReason.Corrupt, shortage);

        var jpeg = IsLarge(header) ? _baseline.Read(content) : null;
        limits.CheckMemory(jpeg is null ? Memory(header) : _baseline.Memory(jpeg, content.Length), content.Length);
        return jpeg is null ? DecodeSkia(content, header) : DecodeBaseline(content, header, jpeg);
    }

    /// <param name="content">Grey, shape [H, W].</param>
    /// <exception cref="ImageRejectedException">It is of one colour, or over a limit.</exception>
    public DecodedImage DecodeGrey(ReadOnlySpan<byte> content, int height, int width)
    {
        limits.Check(width, height);
        var header = new ImageHeader("idx", width, height);
        return Decoded(Square(content, width, height, step: 1, isOpaque: true, header.Origin), header, header.Origin);
    }

    /// <returns>Bytes that the decoder takes: the picture's, and what it keeps until the last of them, of a JPEG of several scans two for
    /// each value.</returns>
    private long Memory(ImageHeader header)
    {
        long pixels = (long)header.Width * header.Height, eighths = header.Format == "jpeg" ? Eighths(header) : 8;
        var kept = header.Format == "jpeg" && header.DataEnd == 0 ? 2 * pixels * header.Channels : header.Kept;
        return (pixels * BytesPerPixel * eighths * eighths / 64) + kept;
    }

    private bool IsLarge(ImageHeader header) => header is { Format: "jpeg", DataEnd: > 0 } && header.Channels != CmykChannels
        && Math.Min(header.Width, header.Height) >= FewestPixels * input.Size;

    private DecodedImage DecodeBaseline(ReadOnlySpan<byte> content, ImageHeader header, BaselineJpeg jpeg)
    {
        var pixels = new byte[input.Channels * input.Size * input.Size];
        _baseline.Decode(content, jpeg, header.DataEnd, pixels);
        return Decoded(Orientation.Shown(pixels, input.Size, header.Origin), header, header.Origin);
    }

    // At an end-of-image marker that comes too early Skia fills the rest with grey and says nothing; where the file just ends it says so.
    // It looks ahead by some bytes, which are zeros here, so that only what lacks more of its data is found out.
    private DecodedImage DecodeSkia(ReadOnlySpan<byte> content, ImageHeader header)
    {
        if (header.DataEnd == 0)
            return DecodeWhole(content, header);

        var bytes = ArrayPool<byte>.Shared.Rent(header.DataEnd + LookAhead);
        try
        {
            content[..header.DataEnd].CopyTo(bytes);
            bytes.AsSpan(header.DataEnd, LookAhead).Clear();
            return DecodeWhole(bytes.AsSpan(0, header.DataEnd + LookAhead), header);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private unsafe DecodedImage DecodeWhole(ReadOnlySpan<byte> content, ImageHeader header)
    {
        fixed (byte* bytes = content)
        {
            using var data = SKData.Create((nint)bytes, content.Length);
            using var codec = SKCodec.Create(data)
                ?? throw new ImageRejectedException(RejectionReason.Corrupt, "its decoder finds no image in it");
            if (codec.Info.Width != header.Width || codec.Info.Height != header.Height)
            {
                throw new ImageRejectedException(
                    RejectionReason.Corrupt,
                    $"its headers say {header.Width}×{header.Height} and {codec.Info.Width}×{codec.Info.Height} pixels");
            }

            var size = header.Format == "jpeg" ? codec.GetScaledDimensions(Eighths(header) / 8f) : codec.Info.Size;
            var isOpaque = codec.Info.AlphaType == SKAlphaType.Opaque;
            var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul);
            using var buffer = new PixelBuffer(info.BytesSize64);
            var result = codec.GetPixels(info, buffer.Address);
            if (result != SKCodecResult.Success)
                throw new ImageRejectedException(RejectionReason.Corrupt, result.ToString());

            var origin = header.Format is "jpeg" or "png" ? header.Origin : codec.EncodedOrigin;
            var isNarrow = header.Bits == DeepBits && NarrowRange.Holds(buffer.Bytes);
            return Decoded(Square(buffer.Bytes, info.Width, info.Height, BytesPerPixel, isOpaque, origin), header, origin, isNarrow);
        }
    }

    /// <param name="pixels">Shape [C, S, S], as shown.</param>
    private DecodedImage Decoded(byte[] pixels, ImageHeader header, SKEncodedOrigin origin, bool isNarrow = false)
    {
        if (IsBlank(pixels))
            throw new ImageRejectedException(RejectionReason.Blank, isNarrow ? NarrowRange.Blank : null);

        var (width, height) = Orientation.Transposes(origin) ? (header.Height, header.Width) : (header.Width, header.Height);
        return new DecodedImage(pixels, width, height, header.Format, isNarrow);
    }

    /// <summary>A JPEG can be decoded to a fraction of its size; never below twice the wanted size, or areas mix at their edges.</summary>
    private int Eighths(ImageHeader header)
    {
        var side = Math.Min(header.Width, header.Height);
        return side >= 16 * input.Size ? 1
            : side >= 8 * input.Size ? 2
            : side >= 4 * input.Size ? 4
            : 8;
    }

    /// <param name="isOpaque">Else the colours are multiplied by their alpha.</param>
    private byte[] Square(ReadOnlySpan<byte> source, int width, int height, int step, bool isOpaque, SKEncodedOrigin origin)
    {
        var size = input.Size;
        var square = ArrayPool<float>.Shared.Rent(size * size * step);
        try
        {
            AreaResampler.Resample(source, width, height, step, size, square.AsSpan(0, size * size * step));
            var pixels = new byte[input.Channels * size * size];
            Planes(square, step, isOpaque, origin, pixels);
            return pixels;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(square);
        }
    }

    /// <param name="square">Shape [S, S, step].</param>
    private void Planes(ReadOnlySpan<float> square, int step, bool isOpaque, SKEncodedOrigin origin, Span<byte> pixels)
    {
        var size = input.Size;
        var plane = size * size;
        var at = 0;
        for (var y = 0; y < size; y++)
        {
            var (start, down) = Orientation.Stored(origin, 0, y, size);
            var (end, endDown) = Orientation.Stored(origin, size - 1, y, size);
            var (place, next) = ((down * size) + start, size == 1 ? 0 : (((endDown - down) * size) + end - start) / (size - 1));
            for (var x = 0; x < size; x++, place += next, at++)
            {
                var colour = square.Slice(place * step, step);
                // Over white: what alpha leaves is white. Sums of areas and this commute.
                var white = isOpaque ? 0.5f : 255.5f - colour[3];
                if (step == 1)
                {
                    for (var channel = 0; channel < input.Channels; channel++)
                        pixels[(channel * plane) + at] = Rounded(colour[0] + 0.5f);
                }
                else if (input.Channels == 1)
                {
                    pixels[at] = Rounded(Luma(colour) + white);
                }
                else
                {
                    pixels[at] = Rounded(colour[0] + white);
                    pixels[at + plane] = Rounded(colour[1] + white);
                    pixels[at + (2 * plane)] = Rounded(colour[2] + white);
                }
            }
        }
    }

    private static byte Rounded(float half) => (byte)Math.Min((int)half, byte.MaxValue);

    private static float Luma(ReadOnlySpan<float> colour) => (0.299f * colour[0]) + (0.587f * colour[1]) + (0.114f * colour[2]);

    private bool IsBlank(ReadOnlySpan<byte> pixels)
    {
        var plane = input.Size * input.Size;
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var values = pixels.Slice(channel * plane, plane);
            if (values.ContainsAnyExcept(values[0]))
                return false;
        }

        return true;
    }
}
