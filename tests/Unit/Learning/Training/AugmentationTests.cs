using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class AugmentationTests
{
    private static readonly AugmentationSpec Everything = new(Scale: 1.5, Shift: 2, Gain: 1.4, Cutout: 3);

    public static TheoryData<int> Codes { get; } = [.. Enumerable.Range(0, View.Count)];

    /// <summary>
    /// A turned image changed by turned numbers is the changed image, turned. As the numbers' distribution is no other after the turn (below), neither is the
    /// distribution of what the network sees, and no artefact tells the views apart.
    /// </summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void Showing_and_changing_can_change_places(int code)
    {
        const int Size = 9, Count = 20;
        using var scope = NewDisposeScope();
        var augmentation = new Augmentation(Everything, Size);
        var numbers = Draw(augmentation, Count);
        var images = Images(Count, 2, Size);
        var view = View.Of(code);

        var shownLast = view.Apply(augmentation.Apply(images, tensor(numbers)));
        var shownFirst = augmentation.Apply(view.Apply(images), tensor(Shown(view, numbers, Size)));

        Assert.True(shownLast.allclose(shownFirst, rtol: 0, atol: 1e-4), $"largest difference {(shownLast - shownFirst).abs().max().item<float>()}");
        Assert.False(shownLast.allclose(view.Apply(images), rtol: 0, atol: 0.1));
    }

    [Fact]
    public void Numbers_are_in_range_and_distributed_alike_in_all_eight_directions()
    {
        const int Size = 9, Count = 20_000;
        var numbers = Draw(new Augmentation(Everything, Size), Count);
        double Mean(Func<int, double> of) => Enumerable.Range(0, Count).Average(of);

        for (var i = 0; i < Count; i++)
        {
            Assert.InRange(numbers[i, 0], 1 / 1.50001, 1.50001);
            Assert.InRange(numbers[i, 1], -2, 2);
            Assert.InRange(numbers[i, 2], -2, 2);
            Assert.InRange(numbers[i, 3], 1 / 1.40001, 1.40001);
            Assert.InRange(numbers[i, 4], 0, Size);
            Assert.InRange(numbers[i, 5], 0, Size);
        }

        // Zooming in is as likely as zooming out; the same for the gain.
        Assert.Equal(0, Mean(i => Math.Log(numbers[i, 0])), tolerance: 0.01);
        Assert.Equal(0, Mean(i => Math.Log(numbers[i, 3])), tolerance: 0.01);

        // Uniform: mean in the middle, variance a twelfth of the squared width; nothing moves together with anything.
        foreach (var (column, middle, width) in new[] { (1, 0.0, 4.0), (2, 0, 4), (4, 4.5, 9), (5, 4.5, 9) })
        {
            Assert.Equal(middle, Mean(i => numbers[i, column]), tolerance: 0.02 * width);
            Assert.Equal(width * width / 12, Mean(i => Math.Pow(numbers[i, column] - middle, 2)), tolerance: 0.003 * width * width);
        }

        for (var a = 0; a < Augmentation.Numbers; a++)
        {
            for (var b = 0; b < a; b++)
            {
                Assert.Equal(0, Correlation(numbers, a, b, Count), tolerance: 0.04);
            }
        }
    }

    [Fact]
    public void Nothing_is_changed_where_nothing_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var images = Images(2, 1, 8);
        var off = new Augmentation(new AugmentationSpec(), 8);

        Assert.False(off.Active);
        Assert.Same(images, off.Apply(images, empty(0, Augmentation.Numbers)));
        Assert.All(
            new AugmentationSpec[] { new(Scale: 1.1), new(Shift: 1), new(Gain: 1.1), new(Cutout: 1) },
            spec => Assert.True(new Augmentation(spec, 8).Active));
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 2, -1)]
    [InlineData(1, 0.5f, 0.25f)]
    [InlineData(1.4f, 0, 0)]
    [InlineData(0.7f, 1.3f, -2)]
    public void Zoom_and_shift_sample_bilinearly_with_nothing_outside(float zoom, float shiftX, float shiftY)
    {
        const int Size = 7;
        using var scope = NewDisposeScope();
        var image = Images(1, 1, Size);
        var pixels = image.data<float>().ToArray();
        double Pixel(int x, int y) => x is >= 0 and < Size && y is >= 0 and < Size ? pixels[(y * Size) + x] : 0;
        var expected = new float[Size * Size];
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                // From pixel centres: away from the middle, back by the shift, shrunk by the zoom.
                var x = ((column - 3 - shiftX) / zoom) + 3;
                var y = ((row - 3 - shiftY) / zoom) + 3;
                var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
                var (right, below) = (x - left, y - top);
                expected[(row * Size) + column] = (float)(
                    ((1 - right) * (1 - below) * Pixel(left, top)) + (right * (1 - below) * Pixel(left + 1, top))
                    + ((1 - right) * below * Pixel(left, top + 1)) + (right * below * Pixel(left + 1, top + 1)));
            }
        }

        var changed = new Augmentation(new AugmentationSpec(Scale: 2, Shift: 3), Size)
            .Apply(image, tensor(new float[,] { { zoom, shiftX, shiftY, 1, 0, 0 } }));

        Assert.All(expected.Zip(changed.contiguous().data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
    }

    [Fact]
    public void A_cut_out_blanks_the_pixels_of_its_square_and_no_others()
    {
        const int Size = 8;
        using var scope = NewDisposeScope();
        var images = ones(2, 2, Size, Size);

        // The first lies within, around the corner of four pixels; the second hangs over the left and the lower edge.
        var changed = new Augmentation(new AugmentationSpec(Cutout: 4), Size)
            .Apply(images, tensor(new float[,] { { 1, 0, 0, 1, 3, 5 }, { 1, 0, 0, 1, 0.5f, 7.6f } }));

        Assert.All([0, 1], channel =>
        {
            AssertBlank(changed, 0, channel, columns: 1..5, rows: 3..7);
            AssertBlank(changed, 1, channel, columns: 0..2, rows: 6..8);
        });
    }

    [Fact]
    public void Gain_multiplies_each_image_by_its_own()
    {
        using var scope = NewDisposeScope();
        var images = Images(2, 3, 8);

        var changed = new Augmentation(new AugmentationSpec(Gain: 2), 8)
            .Apply(images, tensor(new float[,] { { 1, 0, 0, 1.5f, 0, 0 }, { 1, 0, 0, 0.75f, 0, 0 } }));

        Assert.True(changed[0].allclose(images[0] * 1.5f));
        Assert.True(changed[1].allclose(images[1] * 0.75f));
    }

    private static void AssertBlank(Tensor images, int image, int channel, Range columns, Range rows)
    {
        var size = (int)images.shape[2];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var inside = column >= columns.Start.Value && column < columns.End.Value && row >= rows.Start.Value && row < rows.End.Value;
                Assert.Equal(inside ? 0f : 1f, images[image, channel, row, column].item<float>());
            }
        }
    }

    /// <summary>The same change as seen after showing the image in a view: x to the right, y down, both from the upper left corner.</summary>
    private static float[,] Shown(View view, float[,] numbers, int size)
    {
        var shown = (float[,])numbers.Clone();
        for (var i = 0; i < numbers.GetLength(0); i++)
        {
            var (shiftX, shiftY, x, y) = (numbers[i, 1], numbers[i, 2], numbers[i, 4], numbers[i, 5]);
            if (view.Mirrored)
            {
                (shiftX, x) = (-shiftX, size - x);
            }

            for (var turn = 0; turn < view.Turns; turn++)
            {
                (shiftX, shiftY, x, y) = (shiftY, -shiftX, y, size - x);
            }

            (shown[i, 1], shown[i, 2], shown[i, 4], shown[i, 5]) = (shiftX, shiftY, x, y);
        }

        return shown;
    }

    private static float[,] Draw(Augmentation augmentation, int count)
    {
        var stream = new CounterRandom(1, "test");
        var numbers = new float[count, Augmentation.Numbers];
        var row = new float[Augmentation.Numbers];
        for (var i = 0; i < count; i++)
        {
            var random = stream.At(i);
            augmentation.Draw(ref random, row);
            for (var column = 0; column < row.Length; column++)
            {
                numbers[i, column] = row[column];
            }
        }

        return numbers;
    }

    private static Tensor Images(int count, int channels, int size)
    {
        var random = new CounterRandom(2, "images");
        var pixels = new float[count * channels * size * size];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)random.NextDouble();
        }

        return tensor(pixels, count, channels, size, size);
    }

    private static double Correlation(float[,] numbers, int a, int b, int count)
    {
        var rows = Enumerable.Range(0, count).ToList();
        double meanA = rows.Average(i => numbers[i, a]), meanB = rows.Average(i => numbers[i, b]);
        return rows.Sum(i => (numbers[i, a] - meanA) * (numbers[i, b] - meanB))
            / Math.Sqrt(rows.Sum(i => Math.Pow(numbers[i, a] - meanA, 2)) * rows.Sum(i => Math.Pow(numbers[i, b] - meanB, 2)));
    }
}
