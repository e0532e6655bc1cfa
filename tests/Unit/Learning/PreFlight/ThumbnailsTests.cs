using Pipeline.Learning.PreFlight;
using Pipeline.Learning.Pretexts;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

[Collection(TorchTests.Name)]
public sealed class ThumbnailsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(56)]
    [InlineData(101)]
    public void A_view_of_the_thumbnail_is_the_thumbnail_of_the_view(int size)
    {
        using var scope = NewDisposeScope();
        var images = rand([2, 3, size, size], dtype: ScalarType.Float64, generator: new Generator(1));

        foreach (var view in Enumerable.Range(0, View.Count).Select(View.Of))
        {
            var small = Thumbnails.Of(view.Apply(images).contiguous());

            Assert.Equal([2, 3, Thumbnails.SideOf(size), Thumbnails.SideOf(size)], small.shape);
            Assert.True(small.allclose(view.Apply(Thumbnails.Of(images)), rtol: 0, atol: 1e-12));
        }
    }

    [Fact]
    public void The_outermost_line_is_kept_apart_from_what_it_would_be_averaged_with()
    {
        using var scope = NewDisposeScope();
        var images = zeros([1, 1, 84, 84], dtype: ScalarType.Float64);
        images.narrow(2, 0, 1).fill_(1);

        var small = Thumbnails.Of(images);

        Assert.Equal(Enumerable.Repeat(1.0, 30), small[0, 0, 0].data<double>());
        Assert.Equal(1 / 3.0, small[0, 0, 1, 5].item<double>(), tolerance: 1e-12);
        Assert.Equal(0, small.narrow(2, 2, 28).sum().item<double>());
    }
}
