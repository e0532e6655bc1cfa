using System.Buffers.Binary;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Images.Hostile;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Images;

public class NarrowRangeTests
{
    private const int Side = 16;
    private const byte Grey = 0;
    private const byte Colour = 2;
    private const byte GreyAlpha = 4;
    private const byte ColourAlpha = 6;
    private const int Opaque = 65535;

    private static readonly ImageDecoder Decoder = new(new InputSpec(8, 1), new ImageLimits(1_000_000, 32, 100));

    [Theory]
    [InlineData(Grey)]
    [InlineData(Colour)]
    [InlineData(GreyAlpha)]
    [InlineData(ColourAlpha)]
    public void Twelve_bits_kept_in_sixteen_are_narrow_and_the_whole_range_is_not(byte colour)
    {
        Assert.True(Decoder.Decode(Deep(colour, Noise(4095))).IsNarrow);
        Assert.False(Decoder.Decode(Deep(colour, Noise(65535))).IsNarrow);
    }

    [Fact]
    public void A_quarter_of_the_range_is_the_border()
    {
        Assert.True(Decoder.Decode(Deep(Grey, (x, y) => x == y ? 0x3F00 : 0)).IsNarrow);
        Assert.False(Decoder.Decode(Deep(Grey, (x, y) => x == y ? 0x4080 : 0)).IsNarrow);
    }

    [Fact]
    public void One_bright_pixel_that_the_mean_hides_makes_an_image_wide()
    {
        var image = Decoder.Decode(Deep(Grey, (x, y) => (x, y) == (5, 7) ? 60_000 : 200 * x, 64));

        Assert.True(image.Pixels.Max() < 64);
        Assert.False(image.IsNarrow);
    }

    [Fact]
    public void Dark_shapes_on_a_transparent_ground_are_not_narrow()
    {
        Assert.False(Decoder.Decode(Deep(ColourAlpha, (x, y) => 100 * x, alpha: (x, y) => x < 8 ? 0 : Opaque)).IsNarrow);
        Assert.False(Decoder.Decode(Deep(Grey, (x, y) => 100 * x, transparent: 300)).IsNarrow);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_dark_image_of_eight_bits_is_dark_and_no_more(SKEncodedImageFormat format)
    {
        var image = Decoder.Decode(Pictures.Painted(Side, Side, (x, y) => new SKColor((byte)(2 * x), (byte)(2 * y), 9)).Encoded(format));

        Assert.True(image.Pixels.Max() < 64);
        Assert.False(image.IsNarrow);
    }

    [Fact]
    public void A_dark_palette_is_not_narrow()
    {
        byte[] png =
        [
            .. Png.Signature, .. Png.Header(Side, Side, 8, 3), .. Png.Chunk("PLTE", [.. Enumerable.Range(0, 256).SelectMany(i => Enumerable.Repeat((byte)(i / 8), 3))]),
            .. Png.Chunk("IDAT", Png.Packed(SampleFiles.NoiseRows(Side, Side))), .. Png.Chunk("IEND", []),
        ];

        Assert.False(Decoder.Decode(png).IsNarrow);
    }

    [Fact]
    public void Eight_bits_kept_in_sixteen_are_refused_with_the_likely_cause()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => Decoder.Decode(Deep(Grey, Noise(255))));

        Assert.Equal(RejectionReason.Blank, rejected.Reason);
        Assert.StartsWith("the image is of one colour at 8 bits: it has 16 bits", new Rejection("a.png", rejected.Reason, rejected.Detail).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_one_bright_colour_is_refused_without_a_guess()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => Decoder.Decode(Deep(Grey, (_, _) => 40_000)));

        Assert.Equal((RejectionReason.Blank, null), (rejected.Reason, rejected.Detail));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_048)]
    public async Task A_dataset_warns_how_many_there_are_and_which_is_the_first(int eagerFiles)
    {
        using var lake = new TestLake();
        lake.Options = new IngestionOptions { ChunkItems = 7, ShardBytes = 640, EagerFiles = eagerFiles };
        lake.DropPictures("cat", 10, firstSeed: 0);
        lake.DropPictures("dog", 10, firstSeed: 100);
        for (var i = 0; i < 9; i++)
            lake.Drop($"dog/deep-{i}.png", Deep(Grey, Noise(4095, seed: i)));

        var warning = Assert.Single((await lake.ImportAllAsync()).Warnings ?? [], warning => warning.Code == WarningCode.NarrowRange);

        Assert.Equal(9, warning.Count);
        Assert.StartsWith("9 images have 16 bits a value", warning.Message, StringComparison.Ordinal);
        Assert.Contains("'dog/deep-0.png'", warning.Message);
    }

    private static Func<int, int, int> Noise(int most, int seed = 1)
    {
        var random = new Random(seed);
        return (_, _) => random.Next(most + 1);
    }

    /// <summary>A PNG of 16 bits a value.</summary>
    /// <param name="value">Of each pixel, in all its colours.</param>
    /// <param name="alpha">Opaque where it is not given.</param>
    /// <param name="transparent">The grey that tRNS names.</param>
    private static byte[] Deep(byte colour, Func<int, int, int> value, int side = Side, Func<int, int, int>? alpha = null, int? transparent = null)
    {
        using var rows = new MemoryStream();
        for (var y = 0; y < side; y++)
        {
            rows.WriteByte(0);
            for (var x = 0; x < side; x++)
            {
                var grey = value(x, y);
                for (var channel = colour is Colour or ColourAlpha ? 3 : 1; channel > 0; channel--)
                    Write(grey);

                if (colour is GreyAlpha or ColourAlpha)
                    Write(alpha?.Invoke(x, y) ?? Opaque);
            }
        }

        return
        [
            .. Png.Signature, .. Png.Header((uint)side, (uint)side, 16, colour), .. transparent is { } key ? Png.Chunk("tRNS", [(byte)(key >> 8), (byte)key]) : [],
            .. Png.Chunk("IDAT", Png.Packed(rows.ToArray())), .. Png.Chunk("IEND", []),
        ];

        void Write(int sample)
        {
            Span<byte> two = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)sample);
            rows.Write(two);
        }
    }
}
