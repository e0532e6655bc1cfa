using System.Numerics;
using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class HashIndexTests
{
    public static TheoryData<int> Distances => [.. Enumerable.Range(0, HashIndex.LargestDistance + 1)];

    [Theory]
    [MemberData(nameof(Distances))]
    public void It_finds_what_a_look_at_all_finds(int distance)
    {
        var random = new Random(distance);
        ulong[] hashes = [.. Near(random, 0xF0F0_1234_ABCD_0001, 300), .. Near(random, 0, 300), .. Near(random, ulong.MaxValue, 100),
            .. Apart(random, 300), 7, 7, 7];
        var index = new HashIndex(hashes, distance);

        var found = new List<int>();
        var most = 0;
        foreach (var hash in hashes.Concat(Apart(random, 50)))
        {
            index.Find(hash, found);

            Assert.Equal(Enumerable.Range(0, hashes.Length).Where(number => BitOperations.PopCount(hash ^ hashes[number]) <= distance),
                found);
            most = Math.Max(most, found.Count);

            var below = random.Next(hashes.Length);
            index.Find(hash, found, below);
            Assert.Equal(Enumerable.Range(0, below).Where(number => BitOperations.PopCount(hash ^ hashes[number]) <= distance), found);
        }

        Assert.True(most > 2);
    }

    [Fact]
    public void Bits_that_all_differ_in_one_band_or_evenly_over_the_bands_are_found()
    {
        const ulong Hash = 0x0123_4567_89AB_CDEF;
        ulong[] hashes = [Hash ^ 0x7F, Hash ^ (0x7FUL << 57), Hash ^ 0x0003_0003_0003_0001, Hash ^ 0x0003_0003_0003_0003, Hash ^ 0xFF];
        var found = new List<int>();

        new HashIndex(hashes, 7).Find(Hash, found);

        Assert.Equal([0, 1, 2], found);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(HashIndex.LargestDistance + 1)]
    public void A_distance_beyond_its_reach_is_refused(int distance) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashIndex(new ulong[1], distance));

    private static List<ulong> Apart(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];

    /// <summary>Up to 14 bits away from a hash.</summary>
    private static List<ulong> Near(Random random, ulong hash, int count) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => Enumerable.Range(0, random.Next(15)).Aggregate(hash, (changed, _) => changed ^ (1UL << random.Next(64))))];
}
