using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class SequenceLooksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_finds_what_comparing_all_finds(int seed)
    {
        var random = new Random(seed);
        var signatures = new List<uint[]>();
        for (var family = 0; family < 40; family++)
        {
            var members = Enumerable.Range(0, 200).Select(_ => (uint)random.NextInt64(uint.MaxValue)).ToArray();
            for (var copy = 0; copy < 6; copy++)
            {
                var changed = members.Select(member => random.NextDouble() < 0.015 * copy ? (uint)random.NextInt64(uint.MaxValue) : member)
                    .ToArray();
                signatures.Add(Signature(changed));
            }
        }

        signatures.Add(Signature([]));
        signatures.Add(Signature([]));
        using var looks = new SequenceLooks(0.8, signatures.Count);
        signatures.ForEach(signature => looks.Add(signature));

        var (found, expected) = (0, 0);
        List<Alike> like = [], before = [], first = [];
        for (var sample = 0; sample < signatures.Count; sample++)
        {
            looks.FindAlike(sample, other => other % 5 != 0, like);
            var all = Enumerable.Range(0, signatures.Count)
                .Where(other => other != sample && other % 5 != 0 && MinHash.Resemblance(signatures[sample], signatures[other]) >= 0.8)
                .ToHashSet();
            Assert.All(like, alike => Assert.Contains(alike.Sample, all));
            Assert.Equal(like.Select(alike => alike.Sample).Order(), like.Select(alike => alike.Sample));
            looks.FindAlike(sample, other => other % 5 != 0, before, below: sample);
            Assert.Equal(like.Where(alike => alike.Sample < sample), before);
            looks.FindAlike(sample, other => other % 5 != 0, first, most: 2);
            Assert.Equal(like.Take(2), first);
            (found, expected) = (found + like.Count, expected + all.Count);
        }

        Assert.InRange(expected, 500, 2000);
        Assert.InRange(found, 0.99 * expected, expected);
    }

    private static uint[] Signature(uint[] set)
    {
        var signature = new uint[MinHash.Places];
        MinHash.Write(set, signature);
        return signature;
    }
}
