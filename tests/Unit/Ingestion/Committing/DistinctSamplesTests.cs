using System.Security.Cryptography;
using Pipeline.Ingestion.Grouping;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class DistinctSamplesTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 3000)]
    [InlineData(3, 20_000)]
    public void It_keeps_what_a_table_of_all_keeps(int seed, int pictures)
    {
        const int Count = 20_000;
        var random = new Random(seed);
        var samples = new DistinctSamples(Count);
        var expected = new List<(int Picture, List<(int Item, int Label, Split? Split)> Copies)>();
        for (var item = 0; item < Count; item++)
        {
            var copy = (item, random.Next(-1, 3), random.Next(4) switch
            {
                0 => Split.Test,
                1 => Split.Validation,
                2 => Split.Train,
                _ =>
                (Split?)null
            });
            var picture = random.Next(pictures);
            var known = expected.FindIndex(sample => sample.Picture == picture);
            if (known < 0)
                expected.Add((picture, []));

            expected[known < 0 ? ^1 : known].Copies.Add(copy);
            Assert.Equal(known < 0, samples.Add(Digest(picture), copy.item, copy.Item2, copy.Item3));
            if (expected.Count > 3000)
            {
                break; // A naive search takes too long beyond that.
            }
        }

        Assert.Equal(expected.Count, samples.Count);
        samples.ReleaseIndex();
        foreach (var (number, (picture, copies)) in expected.Index())
        {
            var held = copies.Select(copy => copy.Split is { } split && split != Split.Train ? split : Split.Train).ToList();
            var labels = copies.Select(copy => copy.Label).Where(label => label >= 0).Distinct().ToList();
            var sample = samples[number];

            Assert.Equal(Digest(picture), samples.DigestOf(number));
            Assert.All(copies, copy => Assert.Equal(copy.Item == sample.Item ? sample : null, samples.KeptAs(copy.Item)));
            Assert.Equal(
                (number, copies[held.IndexOf(held.Max())].Item, held.Max(), labels.Count == 1 ? labels[0] : -1, labels.Count > 1),
                (sample.Number, sample.Item, sample.Split, sample.KeptLabel, sample.Conflicts));
        }

        Assert.Null(samples.KeptAs(Count));
    }

    [Fact]
    public void Tags_that_any_copy_has_count_unless_others_contradict_them()
    {
        var samples = new DistinctSamples(9);
        PixelDigest?[][] copies = [[null, null], [Digest(7), null, Digest(7)], [null, Digest(7)], [Digest(7), Digest(8)]];
        var item = 0;
        foreach (var (text, tags) in copies.Index().SelectMany(copy => copy.Item.Select(tags => (copy.Index, tags))))
        {
            samples.Add(Digest(text), item++, label: -1, supplied: null, tags);
        }

        Assert.Equal([null, (Digest(7), 2), (Digest(7), 6), null], Enumerable.Range(0, 4).Select(text => samples[text].Tags));
        Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(text => samples[text].TagsConflict));
    }

    [Fact]
    public void Digests_that_begin_alike_are_told_apart()
    {
        var samples = new DistinctSamples(4);
        PixelDigest[] alike = [new(1, 2, 3, 4), new(1, 2, 3, 5), new(1, 2, 9, 4), new(1, 7, 3, 4)];

        Assert.All(alike.Index(), digest => Assert.True(samples.Add(digest.Item, digest.Index, label: -1, supplied: null)));

        Assert.All(alike.Index(), digest => Assert.False(samples.Add(digest.Item, alike.Length + digest.Index, label: -1, supplied: null)));
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).Select(number => samples[number].Item));
    }

    private static PixelDigest Digest(int picture) => PixelDigest.Of(SHA256.HashData(BitConverter.GetBytes(picture)));
}
