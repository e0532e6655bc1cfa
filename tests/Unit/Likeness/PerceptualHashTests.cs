using System.Numerics;
using Pipeline.Images;
using Pipeline.Likeness;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class PerceptualHashTests
{
    private static readonly InputSpec Grey = new(32, 1);
    private static readonly InputSpec Colour = new(32, 3);

    [Fact]
    public void It_is_what_of_the_cosine_transform_stands_out_above_its_median()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var pixels = new byte[32 * 32];
            new Random(seed).NextBytes(pixels);

            // A coefficient right beside the margin may fall to either side of it.
            Assert.InRange(BitOperations.PopCount(Naive(pixels) ^ PerceptualHash.Of(pixels, Grey)), 0, 2);
        }
    }

    [Fact]
    public void More_light_leaves_it_as_it_is()
    {
        var pixels = new byte[32 * 32];
        new Random(1).NextBytes(pixels);
        byte[] dark = [.. pixels.Select(value => (byte)(value / 2))];

        Assert.Equal(PerceptualHash.Of(dark, Grey), PerceptualHash.Of([.. dark.Select(value => (byte)(value + 100))], Grey));
    }

    [Theory]
    [InlineData(64, 75)]
    [InlineData(64, 40)]
    [InlineData(28, 75)]
    public void A_symmetric_drawing_keeps_it_when_it_is_encoded_again(int size, int quality)
    {
        var decoder = new ImageDecoder(new InputSpec(size, 3), new ImageLimits(1_000_000, 32, 100));
        ulong HashOf(byte[] file) => PerceptualHash.Of(decoder.Decode(file).Pixels, new InputSpec(size, 3));
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var (red, across, down, colour) = (random.Next(30, 90), random.Next(20, 110), random.Next(20, 110), new SKColor((byte)random.Next(256), (byte)random.Next(200), (byte)random.Next(256)));
            SKBitmap Drawing() => Pictures.Painted(256, 256, (x, y) =>
            {
                var (side, height) = (Math.Abs(x - 127.5), Math.Abs(y - 127.5));
                return (side * side) + (height * height) < red * red ? SKColors.DarkRed : side < across && height < down ? colour : SKColors.White;
            });

            Assert.InRange(BitOperations.PopCount(HashOf(Drawing().Encoded()) ^ HashOf(Drawing().Encoded(SKEncodedImageFormat.Jpeg, quality))), 0, 6);
        }
    }

    [Fact]
    public void A_grey_picture_has_the_same_in_colour()
    {
        var pixels = new byte[32 * 32];
        new Random(1).NextBytes(pixels);

        Assert.Equal(PerceptualHash.Of(pixels, Grey), PerceptualHash.Of([.. pixels, .. pixels, .. pixels], Colour));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(28)]
    [InlineData(224)]
    public void Copies_are_close_and_other_pictures_are_not(int size)
    {
        var decoder = new ImageDecoder(new InputSpec(size, 3), new ImageLimits(1_000_000, 32, 100));
        ulong HashOf(byte[] file) => PerceptualHash.Of(decoder.Decode(file).Pixels, new InputSpec(size, 3));
        ulong[] originals = [.. Enumerable.Range(0, 20).Select(seed => HashOf(Pictures.Scene(seed, 256).Encoded()))];

        for (var seed = 0; seed < originals.Length; seed++)
        {
            Assert.InRange(BitOperations.PopCount(originals[seed] ^ HashOf(Pictures.Scene(seed, 256).Encoded(SKEncodedImageFormat.Jpeg, 50))), 0, 6);
            Assert.InRange(BitOperations.PopCount(originals[seed] ^ HashOf(Pictures.Scene(seed, 400).Encoded())), 0, 6);
            Assert.All(originals[..seed], other => Assert.True(BitOperations.PopCount(originals[seed] ^ other) > 11));
        }
    }

    private static ulong Naive(byte[] pixels)
    {
        var transformed = new double[64];
        for (var i = 0; i < 64; i++)
        {
            for (var y = 0; y < 32; y++)
            {
                for (var x = 0; x < 32; x++)
                {
                    transformed[i] += pixels[(y * 32) + x] * Math.Cos(Math.PI * ((i % 8) + 1) * (x + 0.5) / 32) * Math.Cos(Math.PI * ((i / 8) + 1) * (y + 0.5) / 32);
                }
            }
        }

        var sorted = transformed.Order().ToArray();
        var median = (sorted[31] + sorted[32]) / 2;
        var margin = transformed.Average(Math.Abs) / 4;
        return Enumerable.Range(0, 64).Where(i => transformed[i] > median + margin).Aggregate(0UL, (hash, i) => hash | (1UL << i));
    }
}
