using Pipeline.Ingestion.Grouping;
using Pipeline.Likeness;
using Pipeline.Tests.Unit.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class SampleGroupsTests
{
    [Theory]
    [InlineData(1, 30)]
    [InlineData(2, 120)]
    public void Whatever_hangs_together_by_star_or_document_is_one_group_of_its_first_sample(int seed, int documents)
    {
        var drift = new Drift(seed, strands: 40, length: 5);
        using var looks = drift.Looks();
        var stars = SampleStars.Of(looks, TestContext.Current.CancellationToken);
        var random = new Random(seed);
        var of = Enumerable.Range(0, drift.Count).Select(_ => random.Next(documents)).ToList();

        var groups = SampleGroups.Of(stars, of);

        // Each takes the least number around it until none changes.
        var expected = Enumerable.Range(0, drift.Count).ToArray();
        for (var changed = true; changed;)
        {
            changed = false;
            for (var one = 0; one < expected.Length; one++)
            {
                for (var other = 0; other < expected.Length; other++)
                {
                    if ((of[one] == of[other] || stars[one] == stars[other]) && expected[other] < expected[one])
                    {
                        expected[one] = expected[other];
                        changed = true;
                    }
                }
            }
        }

        Assert.Equal(expected, groups);
        Assert.InRange(groups.Distinct().Count(), 1, documents);
    }
}
