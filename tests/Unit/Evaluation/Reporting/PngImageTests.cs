using Pipeline.Evaluation.Reporting;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public class PngImageTests
{
    [Fact]
    public void A_grey_picture_comes_back_pixel_by_pixel()
    {
        using var bitmap = SKBitmap.Decode(PngImage.Encode([0, 100, 200, 255], channels: 1, size: 2));

        Assert.Equal([new SKColor(0, 0, 0), new(100, 100, 100), new(200, 200, 200), new(255, 255, 255)], bitmap.Pixels);
    }

    [Fact]
    public void Planes_are_red_then_green_then_blue()
    {
        using var bitmap = SKBitmap.Decode(PngImage.Encode([1, 2, 3, 4, 10, 20, 30, 40, 100, 120, 140, 160], channels: 3, size: 2));

        Assert.Equal([new SKColor(1, 10, 100), new(2, 20, 120), new(3, 30, 140), new(4, 40, 160)], bitmap.Pixels);
    }

    [Fact]
    public void Bytes_that_are_no_such_image_are_refused() =>
        Assert.Throws<ArgumentException>(() => PngImage.Encode([1, 2, 3], channels: 1, size: 2));
}
