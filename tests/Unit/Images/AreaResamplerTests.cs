using Pipeline.Images;
using Xunit;

namespace Pipeline.Tests.Unit.Images;

public class AreaResamplerTests
{
    [Theory]
    [InlineData(17, 11, 5)]
    [InlineData(64, 48, 28)]
    [InlineData(9, 9, 9)]
    [InlineData(30, 40, 7)]
    [InlineData(5, 4, 13)]
    [InlineData(40, 33, 1)]
    [InlineData(2501, 2300, 3)]
    public void Each_pixel_is_the_mean_over_the_area_it_covers(int width, int height, int size)
    {
        var random = new Random(width);
        var source = new byte[width * height * 4];
        random.NextBytes(source);
        var side = Math.Min(width, height);
        var (left, top) = ((width - side) / 2.0, (height - side) / 2.0);

        var made = new float[size * size * 4];

        AreaResampler.Resample(source, width, height, step: 4, size, made);

        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                for (var channel = 0; channel < 4; channel++)
                {
                    var expected = Naive(source, width, height, channel, left + ((double)x * side / size), top + ((double)y * side / size), (double)side / size);
                    Assert.Equal(expected, made[(((y * size) + x) * 4) + channel], 1e-3);
                }
            }
        }
    }

    [Theory]
    [InlineData(97, 80, 16)]
    [InlineData(33, 50, 41)]
    [InlineData(300, 1200, 2)]
    public void A_plane_by_itself_comes_out_as_it_does_between_others(int width, int height, int size)
    {
        var plane = new byte[width * height];
        new Random(size).NextBytes(plane);
        byte[] source = [.. plane.SelectMany(value => new[] { (byte)7, value, (byte)0, byte.MaxValue })];
        var (alone, between) = (new float[size * size], new float[size * size * 4]);

        AreaResampler.Resample(plane, width, height, step: 1, size, alone);
        AreaResampler.Resample(source, width, height, step: 4, size, between);

        Assert.Equal(between.Where((_, i) => i % 4 == 1), alone);
    }

    [Fact]
    public void A_grating_finer_than_the_new_pixels_becomes_even_grey()
    {
        var source = new byte[64 * 64];
        for (var i = 0; i < source.Length; i++)
            source[i] = (byte)(i % 2 * 200);

        var made = new float[8 * 8];
        AreaResampler.Resample(source, 64, 64, step: 1, 8, made);

        Assert.All(made, value => Assert.Equal(100, value, 1e-3));
    }

    private static double Naive(byte[] source, int width, int height, int channel, double left, double top, double extent)
    {
        var sum = 0.0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var across = Math.Max(0, Math.Min(left + extent, x + 1) - Math.Max(left, x));
                var down = Math.Max(0, Math.Min(top + extent, y + 1) - Math.Max(top, y));
                sum += across * down * source[(((y * width) + x) * 4) + channel];
            }
        }

        return sum / (extent * extent);
    }
}
