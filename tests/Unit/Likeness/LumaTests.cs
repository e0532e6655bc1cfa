using Pipeline.Images;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class LumaTests
{
    [Fact]
    public void Every_colour_has_the_grey_level_that_whole_numbers_give()
    {
        const int Plane = 256 * 256;
        var (pixels, made) = (new byte[3 * Plane], new byte[Plane]);
        for (var i = 0; i < Plane; i++)
            (pixels[Plane + i], pixels[(2 * Plane) + i]) = ((byte)(i / 256), (byte)i);

        for (var red = 0; red < 256; red++)
        {
            pixels.AsSpan(0, Plane).Fill((byte)red);

            Luma.Write(pixels, new InputSpec(256, 3), made);

            Assert.Equal(Enumerable.Range(0, Plane).Select(i => (byte)(((299 * red) + (587 * (i / 256)) + (114 * (i % 256)) + 500) / 1000)), made);
        }
    }

    [Fact]
    public void What_is_left_behind_the_last_vector_is_no_other()
    {
        var pixels = new byte[3 * 7 * 7];
        new Random(1).NextBytes(pixels);
        var made = new byte[7 * 7];

        Luma.Write(pixels, new InputSpec(7, 3), made);

        Assert.Equal(Enumerable.Range(0, 49).Select(i => (byte)(((299 * pixels[i]) + (587 * pixels[49 + i]) + (114 * pixels[98 + i]) + 500) / 1000)), made);
    }
}
