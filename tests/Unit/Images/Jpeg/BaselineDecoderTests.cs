using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Images.Jpeg;
using Pipeline.Tests.Unit.Images.Hostile;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Images.Jpeg;

public class BaselineDecoderTests
{
    private static readonly CodedJpeg.Channel Whole = new(1, 1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    public void Each_new_pixel_is_the_mean_over_its_area_of_what_is_shown_there(int across, int down)
    {
        foreach (var (width, height, size) in new[] { (40, 40, 5), (71, 44, 16), (44, 71, 7), (33, 33, 16), (16, 90, 8) })
        {
            var jpeg = new CodedJpeg(across + down, width, height, new CodedJpeg.Channel(across, down), Whole,
                Whole)
            { Ids = "RGB"u8.ToArray() };

            AssertShows(jpeg, size);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(16)]
    public void A_single_channel_is_grey_however_long_its_codes_are(int codeLength)
    {
        var jpeg = new CodedJpeg(3, 50, 37, new CodedJpeg.Channel(2, 2)) { CodeLength = codeLength };

        AssertShows(jpeg, 9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(1000)]
    public void Restart_markers_begin_anew(int interval) =>
        AssertShows(new CodedJpeg(4, 90, 70, new CodedJpeg.Channel(2, 2), Whole, Whole)
        {
            RestartInterval = interval,
            Ids = "RGB"u8.ToArray()
        }, 11);

    [Theory]
    [InlineData(SKJpegEncoderDownsample.Downsample420)]
    [InlineData(SKJpegEncoderDownsample.Downsample422)]
    [InlineData(SKJpegEncoderDownsample.Downsample444)]
    public void A_picture_shows_what_another_decoder_shows_of_it_at_full_size(SKJpegEncoderDownsample downsample)
    {
        using var scene = Pictures.Scene(5, 480);
        using var pixels = scene.PeekPixels();
        using var encoded = pixels.Encode(new SKJpegEncoderOptions(90, downsample, SKJpegEncoderAlphaOption.Ignore));
        var jpeg = encoded!.ToArray();
        using var whole = SKBitmap.Decode(jpeg, new SKImageInfo(480, 480, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var expected = Reference.Square(whole, 64);

        var made = Decoder(64, 3).Decode(jpeg).Pixels;
        var grey = Decoder(64, 1).Decode(jpeg).Pixels;

        Assert.InRange(made.Zip(expected, (value, exact) => Math.Abs(value - exact)).Average(), 0, 0.5);
        Assert.InRange(grey.Select((value, i) => Math.Abs(value - (0.299 * expected[i]) - (0.587 * expected[i + 4096]) - (0.114 * expected[i
            + 8192]))).Average(), 0, 0.5);
    }

    [Fact]
    public void Three_channels_are_luma_and_colours_unless_the_file_says_otherwise()
    {
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        byte[] jfif = [0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0];
        bool IsRgb(byte[] before, byte[] ids) =>
            new BaselineDecoder(new InputSpec(8, 3))
            .Read(new CodedJpeg(1, 32, 32, Whole, Whole, Whole) { Before = before, Ids = ids }.File())!.IsRgb;

        Assert.False(IsRgb([], [1, 2, 3]));
        Assert.True(IsRgb([], "RGB"u8.ToArray()));
        Assert.True(IsRgb(adobe, [1, 2, 3]));
        Assert.False(IsRgb(jfif, "RGB"u8.ToArray()));
        Assert.False(IsRgb([.. jfif, .. adobe], [1, 2, 3]));
    }

    [Fact]
    public void One_colour_is_blank_whatever_the_size()
    {
        foreach (var side in new[] { 64, 77, 100, 211 })
        {
            var jpeg = Pictures.Painted(side, side, (_, _) => new SKColor(37, 128, 201)).Encoded(SKEncodedImageFormat.Jpeg, 90);

            Assert.Equal(RejectionReason.Blank, Assert.Throws<ImageRejectedException>(() => Decoder(13, 3).Decode(jpeg)).Reason);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(100)]
    public void Data_that_lack_their_last_bytes_are_corrupt_even_where_the_end_is_marked(int lacking)
    {
        foreach (var interval in new[] { 0, 3 })
        {
            var jpeg = new CodedJpeg(6, 80, 80, new CodedJpeg.Channel(2, 2), Whole, Whole) { RestartInterval = interval };

            AssertCorrupt(jpeg.File(data => data[..^lacking]));
        }
    }

    [Fact]
    public void Data_beyond_the_last_block_are_corrupt() =>
        AssertCorrupt(new CodedJpeg(6, 80, 80, Whole).File(data => [.. data, 0x12]), new CodedJpeg(6, 80, 80, Whole)
            .File(data => [.. data, 0xFF, 0xD0, 0x12]));

    [Fact]
    public void Restart_markers_where_none_should_be_or_in_another_order_are_corrupt()
    {
        var jpeg = new CodedJpeg(6, 80, 80, Whole) { RestartInterval = 10 };
        int MarkerIn(byte[] data) => data.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD1]);

        AssertCorrupt(
            jpeg.File(data => [.. data[..(MarkerIn(data) + 1)], 0xD2, .. data[(MarkerIn(data) + 2)..]]),
            jpeg.File(data => [.. data[..MarkerIn(data)], .. data[(MarkerIn(data) + 2)..]]),
            new CodedJpeg(6, 80, 80, Whole).File(data => [.. data[..40], 0xFF, 0xD0, .. data[40..]]));
    }

    [Fact]
    public void Tables_that_cannot_be_and_bytes_between_segments_are_corrupt()
    {
        byte[] tooMany = [0xFF, 0xC4, 0, 22, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
        byte[] noNumber = [0xFF, 0xC4, 0, 20, 0x04, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] cutShort = [0xFF, 0xC4, 0, 20, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] steps = [0xFF, 0xDB, 0, 5, 0, 1, 2];
        byte[] interval = [0xFF, 0xDD, 0, 3, 1];
        byte[] between = [0xFF, 0xFE, 0, 2, 1, 2, 3];

        Assert.All([tooMany, noNumber, cutShort, steps, interval, between],
            before => AssertCorrupt(new CodedJpeg(6, 80, 80, Whole) { Before = before }.File()));
    }

    [Fact]
    public void A_scan_of_few_frequencies_is_corrupt_where_it_is_the_only_one()
    {
        var jpeg = new CodedJpeg(6, 80, 80, Whole).File();
        jpeg[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 8] = 20;

        AssertCorrupt(jpeg);
    }

    [Fact]
    public void A_frame_without_tables_has_those_of_the_standard()
    {
        var whole = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Images", "Formats", "colour-420.jpg"));
        var bare = whole.ToList();
        for (var at = Table(whole); at > 0; at = Table([.. bare]))
            bare.RemoveRange(at, 2 + (bare[at + 2] << 8) + bare[at + 3]);

        Assert.True(bare.Count < whole.Length - 400);
        Assert.Equal(Decoder(8, 3).Decode(whole).Pixels, Decoder(8, 3).Decode([.. bare]).Pixels);

        static int Table(ReadOnlySpan<byte> file) => file.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]);
    }

    [Fact]
    public void Rarer_kinds_are_left_to_others()
    {
        var decoder = new BaselineDecoder(new InputSpec(8, 3));
        var jpeg = new CodedJpeg(6, 80, 80, Whole).File();
        byte[] Changed(ReadOnlySpan<byte> marker, int beside, byte value)
        {
            var changed = jpeg.ToArray();
            changed[changed.AsSpan().IndexOf(marker) + beside] = value;
            return changed;
        }

        Assert.NotNull(decoder.Read(jpeg));
        // A table that is not there, arithmetic codes, one channel sampled at three halves of another.
        Assert.Null(decoder.Read(Changed([0xFF, 0xDA], 6, 0x02)));
        Assert.Null(decoder.Read(new CodedJpeg(6, 80, 80, Whole) { Before = [0xFF, 0xCC, 0, 4, 0, 0] }.File()));
        Assert.Null(decoder.Read(new CodedJpeg(6, 80, 80, new(3, 1), new(2, 1), new(1, 1)).File()));
    }

    [Fact]
    public void Files_that_share_tables_or_not_decode_alike_in_any_order_and_on_many_threads()
    {
        var files = Enumerable.Range(0, 24)
            .Select(i => new CodedJpeg(i, 64 + i, 80, new CodedJpeg.Channel(2, 1 + (i % 2)), Whole, Whole)
            {
                CodeLength = 8
                + (i % 5)
            }.File()).ToList();
        var alone = files.Select(file => Decoder(8, 3).Decode(file).Pixels).ToList();
        var shared = Decoder(8, 3);

        Parallel.For(0, 20 * files.Count, i => Assert.Equal(alone[i % files.Count], shared.Decode(files[i % files.Count]).Pixels));
    }

    private static ImageDecoder Decoder(int size, int channels) => new(new InputSpec(size, channels), new ImageLimits(1_000_000, 32, 100));

    private static void AssertCorrupt(params byte[][] files) =>
        Assert.All(files, file => Assert.Equal(RejectionReason.Corrupt,
            Assert.Throws<ImageRejectedException>(() => Decoder(8, 3).Decode(file)).Reason));

    private static void AssertShows(CodedJpeg coded, int size)
    {
        var file = coded.File();
        var expected = coded.Means(size);
        var decoder = new BaselineDecoder(new InputSpec(size, 3));
        var jpeg = decoder.Read(file)!;
        var made = new byte[3 * size * size];
        decoder.Decode(file, jpeg, ImageHeader.Read(file).DataEnd, made);
        // Rounding alone; grey is in all three.
        Assert.All(Enumerable.Range(0, made.Length),
            i => Assert.InRange(made[i] - Math.Clamp(expected[i % expected.Length] + 128, 0, 255), -0.503, 0.503));
        Assert.True(expected.Length == size * size || jpeg.IsRgb);
    }
}
