using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Contracts;
using SkiaSharp;

namespace Pipeline.Ingestion.Images;

/// <summary>
/// Turns the bytes of an image file into [C, S, S]. The format is decided by the content, never by the name; of a moving image the first frame counts.
/// Transparent parts lie over white; the largest centred square is scaled to S×S by <see cref="AreaResampler"/>; the EXIF orientation is applied;
/// one channel is the Rec. 601 luma. Colour profiles are not applied.
/// </summary>
public sealed class ImageDecoder(InputSpec input, long maxPixels)
{
    private const int BytesPerPixel = 4;

    /// <exception cref="ImageRejectedException">It cannot be used.</exception>
    public DecodedImage Decode(byte[] content)
    {
        if (content.Length == 0)
        {
            throw new ImageRejectedException(RejectionReason.Empty);
        }

        using var data = SKData.CreateCopy(content);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var result);
        if (codec is null)
        {
            throw result is SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput && HasKnownStart(content)
                ? new ImageRejectedException(RejectionReason.Corrupt, $"the header: {result}")
                : new ImageRejectedException(RejectionReason.NotAnImage);
        }

        var format = FormatOf(codec.EncodedFormat);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > maxPixels)
        {
            throw new ImageRejectedException(RejectionReason.TooLarge, $"{width}×{height} pixels; at most {maxPixels}");
        }

        var pixels = DecodeSquare(codec);
        return Orientation.Transposes(codec.EncodedOrigin) ? new DecodedImage(pixels, height, width, format) : new DecodedImage(pixels, width, height, format);
    }

    /// <param name="content">Grey, shape [H, W].</param>
    /// <exception cref="ImageRejectedException">It is of one colour.</exception>
    public DecodedImage DecodeGrey(byte[] content, int height, int width)
    {
        var square = Square(content, width, height, step: 1, channels: 1);
        return new DecodedImage(Channels(square, channels: 1, SKEncodedOrigin.TopLeft), width, height, "idx");
    }

    private static string FormatOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Gif or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Webp =>
            format.ToString().ToLowerInvariant(),
        _ => throw new ImageRejectedException(RejectionReason.NotAnImage, $"{format} is not among the formats that are read"),
    };

    // Skia answers alike to a damaged header and to something else altogether.
    private static bool HasKnownStart(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ||
        content.StartsWith("GIF8"u8) || content.StartsWith("BM"u8) ||
        (content.StartsWith("RIFF"u8) && content.Length >= 12 && content[8..12].SequenceEqual("WEBP"u8));

    private byte[] DecodeSquare(SKCodec codec)
    {
        var size = ScaledSize(codec);
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var buffer = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        var pinned = GCHandle.Alloc(buffer, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, pinned.AddrOfPinnedObject());
            if (result != SKCodecResult.Success)
            {
                throw new ImageRejectedException(RejectionReason.Corrupt, result.ToString());
            }

            var pixels = buffer.AsSpan(0, info.BytesSize);
            if (!opaque)
            {
                LayOverWhite(pixels);
            }

            var square = Square(pixels, size.Width, size.Height, BytesPerPixel, channels: 3);
            return Channels(square, channels: 3, codec.EncodedOrigin);
        }
        finally
        {
            pinned.Free();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A JPEG can be decoded to eighths of its size for less work; never below the size that is wanted.</summary>
    private SKSizeI ScaledSize(SKCodec codec)
    {
        var whole = new SKSizeI(codec.Info.Width, codec.Info.Height);
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return whole;
        }

        for (var eighths = 1; eighths < 8; eighths++)
        {
            var scaled = codec.GetScaledDimensions(eighths / 8f);
            if (Math.Min(scaled.Width, scaled.Height) >= input.Size)
            {
                return scaled;
            }
        }

        return whole;
    }

    private float[] Square(ReadOnlySpan<byte> pixels, int width, int height, int step, int channels)
    {
        var side = Math.Min(width, height);
        return AreaResampler.Resample(pixels, width, step, channels, (width - side) / 2.0, (height - side) / 2.0, side, input.Size);
    }

    private static void LayOverWhite(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += BytesPerPixel)
        {
            var alpha = pixels[i + 3];
            if (alpha == byte.MaxValue)
            {
                continue;
            }

            for (var channel = 0; channel < 3; channel++)
            {
                pixels[i + channel] = (byte)(((pixels[i + channel] * alpha) + (byte.MaxValue * (byte.MaxValue - alpha)) + (byte.MaxValue / 2)) / byte.MaxValue);
            }
        }
    }

    /// <param name="square">Shape [S, S, channels].</param>
    private byte[] Channels(float[] square, int channels, SKEncodedOrigin origin)
    {
        var size = input.Size;
        var pixels = new byte[input.Channels * size * size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (column, row) = Orientation.Stored(origin, x, y, size);
                var colour = square.AsSpan(((row * size) + column) * channels, channels);
                for (var channel = 0; channel < input.Channels; channel++)
                {
                    var value = channels == 1 ? colour[0] : input.Channels == 1 ? Luma(colour) : colour[channel];
                    pixels[(((channel * size) + y) * size) + x] = (byte)Math.Clamp(value + 0.5f, 0, byte.MaxValue);
                }
            }
        }

        return IsBlank(pixels) ? throw new ImageRejectedException(RejectionReason.Blank) : pixels;
    }

    /// <summary>ITU-R BT.601.</summary>
    private static float Luma(ReadOnlySpan<float> colour) => (0.299f * colour[0]) + (0.587f * colour[1]) + (0.114f * colour[2]);

    private bool IsBlank(ReadOnlySpan<byte> pixels)
    {
        var plane = input.Size * input.Size;
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var values = pixels.Slice(channel * plane, plane);
            if (values.ContainsAnyExcept(values[0]))
            {
                return false;
            }
        }

        return true;
    }
}
