using System.Buffers.Binary;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Tests.Unit.Images.Hostile;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Images;

public class ImageDecoderTests
{
    private static readonly ImageDecoder Grey = new(new InputSpec(8, 1), new ImageLimits(1_000_000, 32, 100));
    private static readonly ImageDecoder Colour = new(new InputSpec(8, 3), new ImageLimits(1_000_000, 32, 100));

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, "png")]
    [InlineData(SKEncodedImageFormat.Jpeg, "jpeg")]
    [InlineData(SKEncodedImageFormat.Webp, "webp")]
    public void The_format_is_that_of_the_content(SKEncodedImageFormat format, string name)
    {
        var image = Colour.Decode(Pictures.Noise(1, 20, 12).Encoded(format));

        Assert.Equal((name, 20, 12, 3 * 8 * 8), (image.Format, image.Width, image.Height, image.Pixels.Length));
    }

    [Fact]
    public void A_bitmap_and_a_moving_image_are_read_too()
    {
        Assert.Equal("bmp", Colour.Decode(Bmp()).Format);
        Assert.Equal("gif", Colour.Decode(Gif()).Format);
    }

    [Fact]
    public void Channels_are_red_green_blue_planes()
    {
        var image = Colour.Decode(Pictures.Painted(8, 8, (x, y) => new SKColor((byte)x, (byte)(10 * y), 200)).Encoded());

        Assert.Equal(new byte[] { 3, 50, 200 }, new[] { image.Pixels[(5 * 8) + 3], image.Pixels[64 + (5 * 8) + 3], image.Pixels[128 + (5 * 8) + 3] });
    }

    [Fact]
    public void Grey_is_the_luma_of_Rec_601()
    {
        var image = Grey.Decode(Pictures.Painted(8, 8, (x, _) => x < 4 ? SKColors.Red : x < 6 ? new SKColor(0, 255, 0) : SKColors.Blue).Encoded());

        Assert.Equal(new byte[] { 76, 76, 76, 76, 150, 150, 29, 29 }, image.Pixels[..8]);
    }

    [Fact]
    public void Transparent_parts_lie_over_white()
    {
        var image = Grey.Decode(Pictures.Painted(8, 8, (x, _) => new SKColor(0, 0, 0, (byte)(x < 4 ? 0 : x < 6 ? 128 : 255))).Encoded());

        Assert.Equal(new byte[] { 255, 255, 255, 255, 127, 127, 0, 0 }, image.Pixels[..8]);
    }

    [Fact]
    public void The_centred_square_is_kept()
    {
        var image = Grey.Decode(Pictures.Painted(24, 8, (x, y) => x is >= 8 and < 16 ? new SKColor((byte)(y * 8), (byte)(y * 8), (byte)(y * 8)) : SKColors.White).Encoded());

        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(i / 8 * 8, image.Pixels[i]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_orientation_of_the_camera_is_undone(byte orientation)
    {
        // Quarters of different brightness, stored so that the orientation brings them back.
        static int Shown(int x, int y) => x < 16 ? (y < 12 ? 20 : 80) : (y < 12 ? 140 : 220);
        var transposed = orientation >= 5;
        var stored = Pictures.Painted(transposed ? 24 : 32, transposed ? 32 : 24, (x, y) =>
        {
            var (shownX, shownY) = orientation switch
            {
                2 => (31 - x, y),
                3 => (31 - x, 23 - y),
                4 => (x, 23 - y),
                5 => (y, x),
                6 => (31 - y, x),
                7 => (31 - y, 23 - x),
                8 => (y, 23 - x),
                _ => (x, y),
            };
            var grey = (byte)Shown(shownX, shownY);
            return new SKColor(grey, grey, grey);
        });

        var image = Grey.Decode(Pictures.Turned(stored.Encoded(SKEncodedImageFormat.Jpeg, 100), orientation));

        Assert.Equal((32, 24), (image.Width, image.Height));
        Assert.Equal(20, image.Pixels[(1 * 8) + 1], 6.0);
        Assert.Equal(140, image.Pixels[(1 * 8) + 6], 6.0);
        Assert.Equal(80, image.Pixels[(6 * 8) + 1], 6.0);
        Assert.Equal(220, image.Pixels[(6 * 8) + 6], 6.0);
    }

    [Theory]
    [InlineData(200, 150)]
    [InlineData(1000, 700)]
    public void A_large_JPEG_decoded_at_a_fraction_of_its_size_shows_the_same(int width, int height)
    {
        var jpeg = Pictures.Painted(width, height, (x, y) => new SKColor((byte)(x * 255 / width), (byte)(y * 255 / height), 128)).Encoded(SKEncodedImageFormat.Jpeg);
        using var whole = SKBitmap.Decode(jpeg);

        var scaled = Colour.Decode(jpeg).Pixels;
        var reference = Colour.Decode(whole.Copy().Encoded()).Pixels;

        Assert.All(scaled.Zip(reference), pair => Assert.InRange(pair.First - pair.Second, -4, 4));
    }

    [Fact]
    public void A_large_progressive_JPEG_decoded_at_a_fraction_is_near_the_exact_area_means()
    {
        var jpeg = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Images", "Formats", "large-progressive.jpg"));
        using var whole = SKBitmap.Decode(jpeg, new SKImageInfo(160, 120, SKColorType.Rgba8888, SKAlphaType.Opaque));

        foreach (var size in new[] { 30, 14, 7 })
        {
            var made = new ImageDecoder(new InputSpec(size, 3), new ImageLimits(1_000_000, 32, 100)).Decode(jpeg).Pixels;

            Assert.InRange(made.Zip(Reference.Square(whole, size), (value, exact) => Math.Abs(value - exact)).Average(), 0, 1);
        }
    }

    [Fact]
    public void A_wide_JPEG_cut_short_anywhere_is_corrupt()
    {
        var whole = Pictures.Noise(3, 200, 60).Encoded(SKEncodedImageFormat.Jpeg);

        Assert.All(Enumerable.Range(4, 15), share => Assert.Equal(RejectionReason.Corrupt, ReasonOf(whole[..(whole.Length * share / 20)])));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Cut_short_anywhere_after_its_first_bytes_it_is_corrupt(SKEncodedImageFormat format)
    {
        var whole = Pictures.Noise(3, 64, 64).Encoded(format);

        foreach (var length in new[] { 20, 60, whole.Length / 2, whole.Length * 9 / 10 })
            Assert.Equal(RejectionReason.Corrupt, ReasonOf(whole[..length]));
    }

    [Fact]
    public void A_PNG_with_a_damaged_byte_is_corrupt()
    {
        var png = Pictures.Noise(3, 64, 64).Encoded();
        png[png.Length / 2] ^= 0x55;

        Assert.Equal(RejectionReason.Corrupt, ReasonOf(png));
    }

    [Fact]
    public void No_bytes_text_and_drawings_are_no_images()
    {
        Assert.Equal(RejectionReason.Empty, ReasonOf([]));
        Assert.Equal(RejectionReason.NotAnImage, ReasonOf("hello"u8.ToArray()));
        Assert.Equal(RejectionReason.NotAnImage, ReasonOf("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray()));
        Assert.Equal(RejectionReason.NotAnImage, ReasonOf("%PDF-1.4 and so on"u8.ToArray()));
        Assert.Equal(RejectionReason.NotAnImage, ReasonOf(new byte[100]));
    }

    [Fact]
    public void One_colour_is_blank()
    {
        Assert.Equal(RejectionReason.Blank, ReasonOf(Pictures.Painted(9, 9, (_, _) => SKColors.Olive).Encoded()));
        Assert.Equal(RejectionReason.Blank, Assert.Throws<ImageRejectedException>(() => Grey.DecodeGrey(new byte[64], 8, 8)).Reason);
    }

    [Fact]
    public void A_header_that_claims_thirty_thousand_squared_is_refused_before_memory_is_spent()
    {
        var png = Pictures.Noise(3, 16, 16).Encoded();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 30_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Equal(RejectionReason.TooLarge, ReasonOf(png));

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10_000_000);
    }

    private static RejectionReason ReasonOf(byte[] content) => Assert.Throws<ImageRejectedException>(() => Grey.Decode(content)).Reason;

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }

    /// <summary>Two rows of two pixels, 24 bits each, padded to four bytes.</summary>
    private static byte[] Bmp()
    {
        var bytes = new byte[54 + 16];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), 2);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), 2);
        bytes[26] = 1;
        bytes[28] = 24;
        bytes.AsSpan(54, 6).Fill(200);
        return bytes;
    }

    /// <summary>One white and one black pixel.</summary>
    private static byte[] Gif() =>
    [
        .. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0, 0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0, 0x3B,
    ];
}
