using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public sealed class CounterRandomTests
{
    /// <summary>Known answers of Random123 (kat_vectors, philox4x32 10).</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Ten_rounds_give_the_known_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), CounterRandom.Philox(c0, c1, c2, c3, k0, k1));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-1)]
    [InlineData(1L << 40)]
    public void Another_place_of_a_stream_is_a_new_stream_for_that_place(long b)
    {
        var stream = new CounterRandom(5, "order", a: 3, b: 99);
        stream.NextUInt32();

        Assert.Equal(Numbers(new CounterRandom(5, "order", a: 3, b), 10), Numbers(stream.At(b), 10));
    }

    [Fact]
    public void A_different_seed_purpose_or_counter_is_a_different_stream()
    {
        CounterRandom[] streams =
        [
            new(1, "order"), new(2, "order"), new(1, "augmentation"), new(1, "order", a: 1), new(1, "order", b: 1),
            new(1, "order", b: 1L << 32), new(1, "orde", a: 'r'),
        ];

        var numbers = streams.SelectMany(stream => Numbers(stream, 20)).ToList();

        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Fact]
    public void Doubles_are_uniform_between_their_bounds()
    {
        var random = new CounterRandom(1, "doubles");
        var counts = new int[50];
        for (var i = 0; i < 50_000; i++)
        {
            var number = random.NextDouble(-2, 3);
            Assert.InRange(number, -2, 3);
            counts[(int)((number + 2) * 10)]++;
        }

        AssertUniform(counts);
    }

    [Fact]
    public void Every_bit_is_set_half_the_time()
    {
        var random = new CounterRandom(2, "bits");
        var set = new int[64];
        for (var i = 0; i < 10_000; i++)
        {
            var number = random.NextUInt64();
            for (var bit = 0; bit < 64; bit++)
                set[bit] += (int)((number >> bit) & 1);
        }

        // Standard deviation is 50.
        Assert.All(set, count => Assert.InRange(count, 4750, 5250));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(40)]
    public void Integers_are_uniform(int max)
    {
        var random = new CounterRandom(3, "integers");
        var counts = new int[max];
        for (var i = 0; i < 1000 * max; i++)
            counts[random.NextInt(max)]++;

        AssertUniform(counts);
    }

    /// <summary>The remainder of a division of 2³² would come out a third too often in the lower half.</summary>
    [Fact]
    public void Integers_are_unbiased_below_a_maximum_that_hardly_fits()
    {
        const int Max = 1_610_612_736; // ¾ · 2³¹: 2³² holds it 2⅔ times.
        var random = new CounterRandom(4, "awkward");
        var counts = new int[3];
        for (var i = 0; i < 30_000; i++)
            counts[random.NextInt(Max) % 3]++;

        AssertUniform(counts);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    [Fact]
    public void A_permutation_holds_every_number_once()
    {
        var random = new CounterRandom(5, "permutation");

        foreach (var count in new[] { 0, 1, 2, 100 })
            Assert.Equal(Enumerable.Range(0, count), random.Permutation(count).Order());
    }

    [Fact]
    public void Every_order_of_four_is_as_likely_as_any_other()
    {
        var counts = new Dictionary<string, int>();
        var stream = new CounterRandom(6, "permutation");
        for (var i = 0; i < 24_000; i++)
        {
            var order = string.Concat(stream.At(i).Permutation(4));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        AssertUniform([.. counts.Values]);
    }

    [Fact]
    public void Gaussians_have_the_moments_of_the_standard_normal()
    {
        var random = new CounterRandom(7, "gaussian");
        var numbers = Enumerable.Range(0, 100_000).Select(_ => random.NextGaussian()).ToArray();

        Assert.All(numbers, number => Assert.True(double.IsFinite(number)));
        Assert.Equal(0, numbers.Average(), tolerance: 0.02);
        Assert.Equal(1, numbers.Average(number => number * number), tolerance: 0.02);
        Assert.Equal(0, numbers.Average(number => Math.Pow(number, 3)), tolerance: 0.06);
        Assert.Equal(3, numbers.Average(number => Math.Pow(number, 4)), tolerance: 0.2);
        Assert.Equal(0.6827, numbers.Count(number => Math.Abs(number) < 1) / 1e5, tolerance: 0.01);
        Assert.Equal(0, numbers.Zip(numbers.Skip(1), (a, b) => a * b).Average(), tolerance: 0.02);
    }

    private static List<uint> Numbers(CounterRandom random, int count)
    {
        var numbers = new List<uint>();
        for (var i = 0; i < count; i++)
            numbers.Add(random.NextUInt32());

        return numbers;
    }

    /// <summary>Pearson's chi-square, six standard deviations above its mean at most.</summary>
    private static void AssertUniform(int[] counts)
    {
        var expected = counts.Average();
        var statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);
        var freedom = counts.Length - 1;
        Assert.True(statistic <= freedom + (6 * Math.Sqrt(2 * freedom)), $"chi-square is {statistic} at {freedom} degrees of freedom");
    }
}
