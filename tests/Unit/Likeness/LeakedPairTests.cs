using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class LeakedPairTests
{
    [Theory]
    [InlineData(1, 40, 5)]
    [InlineData(2, 1, 200)]
    public void Every_sample_that_is_like_one_on_the_other_side_is_named_and_no_other(int seed, int strands, int length)
    {
        var drift = new Drift(seed, strands, length);
        var random = new Random(seed);
        Split[] splits = [.. Enumerable.Range(0, drift.Count).Select(_ => (Split)random.Next(3))];
        using var looks = drift.Looks();

        var pairs = LeakedPair.Find(looks, sample => splits[sample], TestContext.Current.CancellationToken);

        var across = (from training in Enumerable.Range(0, drift.Count)
                      from heldOut in Enumerable.Range(0, drift.Count)
                      where splits[training] == Split.Train && splits[heldOut] != Split.Train && drift.AreAlike(training, heldOut)
                      select (training, heldOut)).ToList();
        Assert.True(across.Count > 20);
        Assert.Subset(across.ToHashSet(), pairs.Select(pair => (pair.Training, pair.HeldOut)).ToHashSet());
        Assert.Equal(across.Select(pair => pair.training).Distinct().Order(), pairs.Select(pair => pair.Training).Distinct().Order());
        Assert.Equal(across.Select(pair => pair.heldOut).Distinct().Order(), pairs.Select(pair => pair.HeldOut).Distinct().Order());
        Assert.True(pairs.Count <= drift.Count);
        Assert.All(pairs, pair => Assert.Equal((splits[pair.HeldOut], drift.Correlation(pair.Training, pair.HeldOut)), (pair.Split, pair.Correlation)));
        Assert.All(across.Select(pair => pair.training).Distinct(), training => Assert.Contains(
            across.Where(pair => pair.training == training).Max(pair => drift.Correlation(training, pair.heldOut)),
            pairs.Where(pair => pair.Training == training).Select(pair => pair.Correlation)));
    }

    [Fact]
    public void Without_a_supplied_split_there_is_none()
    {
        var drift = new Drift(seed: 1, strands: 1, length: 50);
        using var looks = drift.Looks();

        Assert.Empty(LeakedPair.Find(looks, _ => Split.Train, TestContext.Current.CancellationToken));
    }
}
