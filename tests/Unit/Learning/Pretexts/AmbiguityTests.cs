using Pipeline.Learning.Pretexts;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

public sealed class AmbiguityTests
{
    public static TheoryData<string> Tasks { get; } = [.. ViewPretext.All.Select(pretext => pretext.Name)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void The_distance_is_one_minus_the_highest_correlation_of_two_views(string name)
    {
        var task = (ViewPretext)PretextList.Named(name);
        for (var seed = 0UL; seed < 5; seed++)
        {
            var image = Smooth(seed, 3, 8);
            var views = task.Views.Select(view => ViewTests.Naive(view.Code, image, 3, 8)).ToList();
            var highest = Enumerable.Range(0, views.Count)
                .SelectMany(i => Enumerable.Range(0, i).Select(j => Correlation(views[i], views[j])))
                .Max();

            Assert.Equal(1 - highest, Ambiguity.Distance(task, image, 3, 8), tolerance: 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Brightness_and_contrast_make_no_difference(string name)
    {
        var task = (ViewPretext)PretextList.Named(name);
        var image = Smooth(1, 1, 10);
        var half = image.Select(pixel => (byte)(pixel / 2)).ToArray();
        byte[] brighter = [.. half.Select(pixel => (byte)(pixel + 100))];
        byte[] doubled = [.. half.Select(pixel => (byte)(pixel * 2))];

        var distance = Ambiguity.Distance(task, half, 1, 10);

        Assert.InRange(distance, 0.01, 2);
        Assert.Equal(distance, Ambiguity.Distance(task, brighter, 1, 10), tolerance: 1e-9);
        Assert.Equal(distance, Ambiguity.Distance(task, doubled, 1, 10), tolerance: 1e-9);
        Assert.Equal(distance, Ambiguity.Distance(task, image, 1, 10), tolerance: 0.02);
    }

    [Fact]
    public void A_left_right_symmetric_image_has_no_flips_to_tell_apart_but_turns()
    {
        var image = Noise(3, 1, 8);
        for (var row = 0; row < 8; row++)
        {
            for (var column = 0; column < 4; column++)
                image[(row * 8) + 7 - column] = image[(row * 8) + column];
        }

        Assert.Equal(0, Ambiguity.Distance(ViewPretext.Flip, image, 1, 8));
        Assert.Equal(0, Ambiguity.Distance(ViewPretext.RotationFlip, image, 1, 8));
        Assert.InRange(Ambiguity.Distance(ViewPretext.Rotation, image, 1, 8), 0.3, 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(255)]
    public void An_image_of_one_colour_shows_nothing(byte colour) =>
        Assert.All(ViewPretext.All, task => Assert.Equal(0, Ambiguity.Distance(task, Enumerable.Repeat(colour, 3 * 64).ToArray(), 3, 8)));

    [Fact]
    public void Views_of_noise_have_nothing_in_common() =>
        Assert.All(ViewPretext.All, task => Assert.Equal(1, Ambiguity.Distance(task, Noise(4, 3, 32), 3, 32), tolerance: 0.1));

    [Fact]
    public void A_single_odd_pixel_is_enough()
    {
        var image = new byte[64];
        image[1] = 1;

        Assert.All(ViewPretext.All, task => Assert.InRange(Ambiguity.Distance(task, image, 1, 8), 1, 1.1));
    }

    private static double Correlation(byte[] a, byte[] b)
    {
        double meanA = a.Average(pixel => (double)pixel), meanB = b.Average(pixel => (double)pixel);
        double product = 0, squaresA = 0, squaresB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            product += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }

        return product / Math.Sqrt(squaresA * squaresB);
    }

    private static byte[] Noise(ulong seed, int channels, int size)
    {
        var random = new CounterRandom(seed, "image");
        var image = new byte[channels * size * size];
        for (var i = 0; i < image.Length; i++)
            image[i] = (byte)random.NextInt(256);

        return image;
    }

    /// <summary>Neighbours are alike, as in photographs, so that views correlate.</summary>
    private static byte[] Smooth(ulong seed, int channels, int size)
    {
        var random = new CounterRandom(seed, "smooth");
        var (x, y, phase) = (random.NextDouble(0.2, 0.6), random.NextDouble(0.2, 0.6), random.NextDouble(0, 6));
        return [.. Enumerable.Range(0, channels * size * size).Select(i =>
            (byte)(128 + (100 * Math.Sin((x * (i % size)) + (y * (i / size % size)) + phase)) + (i / size / size)))];
    }
}
