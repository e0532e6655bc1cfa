using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class ThumbnailTests
{
    [Fact]
    public void Correlation_is_Pearsons()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (left, right) = (Bytes(seed), Bytes(seed + 100));
            byte[] mixed = [.. left.Zip(right, (a, b) => (byte)((a + b) / 2))];

            Assert.Equal(Naive(left, mixed), Thumbnail.Correlation(left, mixed), 12);
        }
    }

    [Fact]
    public void Light_and_contrast_do_not_count()
    {
        byte[] left = [.. Bytes(1).Select(value => (byte)(value / 2))];

        Assert.Equal(1, Thumbnail.Correlation(left, [.. left.Select(value => (byte)(value + 50))]), 12);
        Assert.Equal(1, Thumbnail.Correlation(left, [.. left.Select(value => (byte)(value * 2))]), 12);
        Assert.Equal(-1, Thumbnail.Correlation(left, [.. left.Select(value => (byte)(255 - value))]), 12);
    }

    [Fact]
    public void One_colour_is_like_nothing()
    {
        Assert.Equal(0, Thumbnail.Correlation(new byte[256], Bytes(1)));
        Assert.Equal(0, Thumbnail.Correlation(new byte[256], new byte[256]));
    }

    [Fact]
    public void The_same_shape_in_another_colour_is_another_picture()
    {
        var input = new InputSpec(16, 3);
        var shape = Bytes(1);
        var none = new byte[256];
        byte[] red = new byte[768], blue = new byte[768];
        Thumbnail.Write([.. shape, .. none, .. none], input, red);
        Thumbnail.Write([.. none, .. none, .. shape], input, blue);

        Assert.True(Thumbnail.Correlation(red, blue) < 0);
    }

    [Fact]
    public void Each_pixel_is_the_mean_of_what_it_covers()
    {
        byte[] pixels = [.. Enumerable.Range(0, 32 * 32).Select(i => (byte)((i % 2 * 100) + (i / 32 % 2 * 20) + (i / 64)))];
        var thumbnail = new byte[256];

        Thumbnail.Write(pixels, new InputSpec(32, 1), thumbnail);

        Assert.Equal([.. Enumerable.Range(0, 256).Select(i => (byte)(60 + (i / 16)))], thumbnail);
    }

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[256];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static double Naive(byte[] left, byte[] right)
    {
        var (meanLeft, meanRight) = (left.Average(value => value), right.Average(value => value));
        var products = left.Zip(right, (a, b) => (a - meanLeft) * (b - meanRight)).Sum();
        return products / Math.Sqrt(left.Sum(a => Math.Pow(a - meanLeft, 2)) * right.Sum(b => Math.Pow(b - meanRight, 2)));
    }
}
