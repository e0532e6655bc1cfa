using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class SampleStarsTests
{
    [Theory]
    [InlineData(1, 40, 5)]
    [InlineData(2, 5, 60)]
    [InlineData(3, 1, 200)]
    public void A_sample_joins_the_first_representative_that_it_is_like(int seed, int strands, int length)
    {
        var drift = new Drift(seed, strands, length);
        using var looks = drift.Looks();
        var stars = SampleStars.Of(looks, TestContext.Current.CancellationToken);

        var expected = new List<int>();
        for (var sample = 0; sample < drift.Count; sample++)
        {
            expected.Add(Enumerable.Range(0, sample).Where(other => expected[other] == other && drift.AreAlike(sample, other)).DefaultIfEmpty(sample).First());
        }

        Assert.Equal(expected, Enumerable.Range(0, drift.Count).Select(sample => stars[sample]));
        var groups = expected.GroupBy(centre => centre).Where(group => group.Count() > 1).ToList();
        Assert.Equal((groups.Count, groups.Sum(group => group.Count()), groups.Max(group => group.Count())), (stars.Groups, stars.Members, stars.Largest));
    }

    [Fact]
    public void A_chain_of_small_steps_draws_nothing_far_into_a_group()
    {
        var drift = new Drift(seed: 4, strands: 1, length: 300);
        using var looks = drift.Looks();
        var stars = SampleStars.Of(looks, TestContext.Current.CancellationToken);

        Assert.All(Enumerable.Range(0, drift.Count), sample => Assert.True(sample == stars[sample] || drift.AreAlike(sample, stars[sample])));
        Assert.InRange(stars.Largest, 2, drift.Count / 3);
    }

    [Fact]
    public void Samples_that_come_later_move_nothing()
    {
        var drift = new Drift(seed: 5, strands: 3, length: 50);
        using var all = drift.Looks();
        using var twice = drift.Looks();
        for (var i = 0; i < 100; i++)
            twice.Add((ulong)i, new byte[256]);

        var (before, after) = (SampleStars.Of(all, TestContext.Current.CancellationToken), SampleStars.Of(twice, TestContext.Current.CancellationToken));

        Assert.All(Enumerable.Range(0, drift.Count), sample => Assert.Equal(before[sample], after[sample]));
    }
}
