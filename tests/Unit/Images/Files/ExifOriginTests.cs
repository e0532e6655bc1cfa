using System.Buffers.Binary;
using Pipeline.Images;
using Pipeline.Tests.Unit.Images.Hostile;
using Xunit;

namespace Pipeline.Tests.Unit.Images.Files;

/// <summary>Of PNG; <see cref="Formats.FormatsTests"/> hold all eight values against Pillow.</summary>
public class ExifOriginTests
{
    private const ushort QuarterTurn = 6;

    private static readonly ImageDecoder Decoder = new(new InputSpec(8, 1), new ImageLimits(1_000_000, 32, 100));
    private static readonly byte[] Upright = Decoder.Decode(Tagged(null)).Pixels;
    private static readonly byte[] Turned = Decoder.Decode(Tagged(Exif(QuarterTurn))).Pixels;

    [Fact]
    public void A_quarter_turn_changes_the_places_of_width_and_height()
    {
        var image = Decoder.Decode(Tagged(Exif(QuarterTurn)));

        Assert.Equal((8, 12), (image.Width, image.Height));
        Assert.NotEqual(Upright, Turned);
    }

    [Fact]
    public void Both_orders_of_bytes_and_the_prefix_of_a_JPEG_are_read()
    {
        Assert.Equal(Turned, Decoder.Decode(Tagged(Exif(QuarterTurn, little: true))).Pixels);
        Assert.Equal(Turned, Decoder.Decode(Tagged([.. "Exif\0\0"u8, .. Exif(QuarterTurn)])).Pixels);
    }

    [Fact]
    public void The_chunk_counts_behind_the_picture_too_and_only_the_first_of_two_does()
    {
        Assert.Equal(Turned, Decoder.Decode(Tagged(null, Png.Chunk("eXIf", Exif(QuarterTurn)))).Pixels);
        Assert.Equal(Turned, Decoder.Decode(Tagged(Exif(QuarterTurn), Png.Chunk("eXIf", Exif(3)))).Pixels);
    }

    [Theory]
    [InlineData("", "no bytes")]
    [InlineData("4D4D", "cut within its mark")]
    [InlineData("4D4D002A", "cut before its directory")]
    [InlineData("4D4D002A00000008", "a directory that begins where the chunk ends")]
    [InlineData("4D4D002A0000000800", "half a count")]
    [InlineData("4D4D002AFFFFFFFF00010112000300000001000600000000", "a directory beyond four gigabytes")]
    [InlineData("4D4D002A7FFFFFFF00010112000300000001000600000000", "a directory beyond two gigabytes")]
    [InlineData("49492A000000000800010112000300000001000600000000", "the other order of bytes than it says")]
    [InlineData("4D4D2A000000000800010112000300000001000600000000", "a mark of both orders")]
    [InlineData("4D4D002A00000008FFFF011200030000000100", "a cut entry of 65535")]
    [InlineData("4D4D002A0000000800000112000300000001000600000000", "no entries")]
    [InlineData("4D4D002A0000000800010112000300000001000000000000", "orientation 0")]
    [InlineData("4D4D002A0000000800010112000300000001000900000000", "orientation 9")]
    [InlineData("4D4D002A0000000800010112000300000001FFFF00000000", "orientation 65535")]
    [InlineData("4D4D002A0000000800010112000200000001000600000000", "an orientation of letters")]
    [InlineData("4D4D002A0000000800010112000300000003000600000000", "three orientations, at a place that begins with 6")]
    [InlineData("457869660000", "the prefix of a JPEG alone")]
    [InlineData("4578696600004578696600004D4D002A", "two prefixes")]
    [InlineData("FFD8FFE1002245786966", "a JPEG")]
    public void A_damaged_block_turns_nothing_and_refuses_nothing(string hex, string what)
    {
        Assert.True(Upright.AsSpan().SequenceEqual(Decoder.Decode(Tagged(Convert.FromHexString(hex))).Pixels), what);
    }

    [Fact]
    public void A_chunk_with_a_wrong_sum_turns_nothing()
    {
        var chunk = Png.Chunk("eXIf", Exif(QuarterTurn));
        chunk[^1] ^= 1;

        Assert.Equal(Upright, Decoder.Decode(Tagged(null, chunk)).Pixels);
    }

    [Fact]
    public void A_block_cut_anywhere_turns_nothing_or_as_it_says()
    {
        var whole = Exif(QuarterTurn);

        foreach (var length in Enumerable.Range(0, whole.Length))
        {
            var shown = Decoder.Decode(Tagged(whole[..length])).Pixels;

            Assert.True(shown.AsSpan().SequenceEqual(Upright) || shown.AsSpan().SequenceEqual(Turned), $"{length} bytes");
        }
    }

    [Fact]
    public void Blocks_of_noise_refuse_nothing()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var block = Exif(QuarterTurn, little: i % 2 == 0);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                block[random.Next(block.Length)] = (byte)random.Next(256);

            Assert.Equal(Upright.Length, Decoder.Decode(Tagged(block)).Pixels.Length);
        }
    }

    /// <summary>Noise of 12 × 8 pixels.</summary>
    private static byte[] Tagged(byte[]? exif, params byte[] behind) =>
    [
        .. Png.Signature, .. Png.Header(12, 8, 8, 0), .. exif is null ? [] : Png.Chunk("eXIf", exif), .. Png.Chunk("IDAT", Png.Packed(SampleFiles.NoiseRows(8, 12))), .. behind, .. Png.Chunk("IEND", []),
    ];

    /// <summary>A TIFF header and a directory of one entry.</summary>
    private static byte[] Exif(ushort orientation, bool little = false)
    {
        var block = new byte[26];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(block);
        Long(4, 8);
        Short(8, 1);
        Short(10, 0x0112);
        Short(12, 3);
        Long(14, 1);
        Short(18, orientation);
        return block;

        void Short(int at, ushort value)
        {
            BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(at), little ? BinaryPrimitives.ReverseEndianness(value) : value);
        }

        void Long(int at, uint value)
        {
            BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(at), little ? BinaryPrimitives.ReverseEndianness(value) : value);
        }
    }
}
