using Pipeline.Learning.Pretexts;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

[Collection(TorchTests.Name)]
public sealed class ViewTests
{
    public static TheoryData<int> Codes { get; } = [.. Enumerable.Range(0, View.Count)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Tensors_and_bytes_are_shown_as_loops_over_the_pixels_show_them(int code)
    {
        const int Channels = 2, Size = 5;
        var image = Image(Channels, Size);
        var expected = Naive(code, image, Channels, Size);
        var bytes = new byte[image.Length];
        View.Of(code).Apply(image, bytes, Channels, Size);

        using var scope = torch.NewDisposeScope();
        var shown = View.Of(code).Apply(torch.tensor(image, 1, Channels, Size, Size));

        Assert.Equal([1, Channels, Size, Size], shown.shape);
        Assert.Equal(expected, shown.contiguous().data<byte>().ToArray());
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Each_image_of_a_batch_is_shown_by_itself()
    {
        var images = Image(6, 4);
        using var scope = torch.NewDisposeScope();
        var batch = torch.tensor(images, 3, 2, 4, 4);

        foreach (var code in Codes.Select(row => row.Data))
        {
            var expected = Enumerable.Range(0, 3).SelectMany(n => Naive(code, images[(n * 32)..((n + 1) * 32)], 2, 4));
            Assert.Equal(expected, View.Of(code).Apply(batch).contiguous().data<byte>().ToArray());
        }
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise()
    {
        var shown = new byte[4];
        View.Of(1).Apply([1, 2, 3, 4], shown, 1, 2);

        Assert.Equal([2, 4, 1, 3], shown);
    }

    [Fact]
    public void Four_quarter_turns_bring_an_image_back()
    {
        var image = Image(3, 7);
        var turned = image;
        for (var turn = 1; turn <= 4; turn++)
        {
            turned = Show(new View(false, 1), turned, 3, 7);
            Assert.Equal(turn == 4, turned.SequenceEqual(image));
        }
    }

    [Fact]
    public void Mirroring_twice_brings_an_image_back()
    {
        var image = Image(1, 6);

        Assert.Equal(image, Show(new View(true, 0), Show(new View(true, 0), image, 1, 6), 1, 6));
        Assert.Equal(image, Show(new View(true, 2), Show(new View(true, 2), image, 1, 6), 1, 6));
    }

    [Fact]
    public void A_horizontal_and_a_vertical_flip_are_the_half_turn()
    {
        var image = Image(1, 6);
        var horizontal = Naive(4, image, 1, 6);
        var vertical = new byte[36];
        for (var row = 0; row < 6; row++)
            horizontal.AsSpan((5 - row) * 6, 6).CopyTo(vertical.AsSpan(row * 6));

        Assert.Equal(vertical, Show(new View(false, 2), image, 1, 6));
    }

    [Fact]
    public void The_eight_views_are_distinct_and_permutations_of_the_pixels()
    {
        var image = Image(1, 5);
        var shown = Enumerable.Range(0, View.Count).Select(code => Show(View.Of(code), image, 1, 5)).ToList();

        Assert.Equal(View.Count, shown.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(shown, pixels => Assert.Equal(image.Order(), pixels.Order()));
    }

    [Fact]
    public void Any_two_views_in_turn_are_one_of_the_eight()
    {
        var image = Image(1, 5);
        var all = Enumerable.Range(0, View.Count).Select(code => Convert.ToHexString(Show(View.Of(code), image, 1, 5))).ToHashSet();

        foreach (var first in Codes.Select(row => row.Data))
        {
            foreach (var second in Codes.Select(row => row.Data))
                Assert.Contains(Convert.ToHexString(Show(View.Of(second), Show(View.Of(first), image, 1, 5), 1, 5)), all);
        }
    }

    [Fact]
    public void A_code_and_its_view_belong_together()
    {
        Assert.Equal(Enumerable.Range(0, 8), Enumerable.Range(0, 8).Select(code => (int)View.Of(code).Code));
        Assert.Equal(new View(true, 3), View.Of(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => View.Of(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => View.Of(-1));
    }

    /// <summary>Moves pixels one by one: each row reversed where the code is 4 or more, then quarter turns,
    /// each taking the last column to the first row.</summary>
    internal static byte[] Naive(int code, byte[] image, int channels, int size)
    {
        var current = image.ToArray();
        if (code >= 4)
        {
            for (var row = 0; row < channels * size; row++)
                Array.Reverse(current, row * size, size);
        }

        for (var turn = 0; turn < code % 4; turn++)
        {
            var next = new byte[current.Length];
            for (var channel = 0; channel < channels; channel++)
            {
                for (var row = 0; row < size; row++)
                {
                    for (var column = 0; column < size; column++)
                        next[(((channel * size) + size - 1 - column) * size) + row] = current[(((channel * size) + row) * size) + column];
                }
            }

            current = next;
        }

        return current;
    }

    private static byte[] Show(View view, byte[] image, int channels, int size)
    {
        var shown = new byte[image.Length];
        view.Apply(image, shown, channels, size);
        return shown;
    }

    private static byte[] Image(int channels, int size) => [.. Enumerable.Range(1, channels * size * size).Select(pixel => (byte)pixel)];
}
