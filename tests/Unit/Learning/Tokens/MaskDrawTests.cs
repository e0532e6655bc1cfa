using System.Buffers.Binary;
using Pipeline.Learning.Tokens;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tokens;

public sealed class MaskDrawTests
{
    private const int Vocabulary = 50;

    private static readonly SpecialTokens Special = new();

    // A special token at every tenth place.
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 100).Select(place => place % 10 == 9 ? Special.Unknown : 5 + (place % 45))];

    private static readonly bool[] Continues = [.. Enumerable.Range(0, 100).Select(place => place % 4 != 0)];

    [Fact]
    public void As_many_are_masked_as_the_share_says_and_shown_as_the_spec_says()
    {
        var draws = Draws(new MaskingSpec(), 2000);

        Assert.All(draws, draw => Assert.Equal(14, draw.Positions.Length));
        var shown = draws.SelectMany(draw => draw.Inputs.Zip(draw.Targets)).ToList();
        var masked = shown.Count(pair => pair.First == Special.Mask) / (double)shown.Count;
        var kept = shown.Count(pair => pair.First == pair.Second) / (double)shown.Count;
        // 28,000 of them: three standard deviations are below 0.008. A random token is the same as before once in 45.
        Assert.InRange(masked, 0.79, 0.81);
        Assert.InRange(kept, 0.102 - 0.008, 0.102 + 0.008);
        Assert.DoesNotContain(shown, pair => pair.First != Special.Mask && Special.Contains(pair.First));
    }

    [Theory]
    [InlineData("token")]
    [InlineData("word")]
    [InlineData("span")]
    public void Special_tokens_are_never_masked_and_all_others_about_as_likely(string unit)
    {
        var draws = Draws(new MaskingSpec(Unit: unit), 4000);

        Assert.All(draws, draw => Assert.Equal(draw.Positions.Select(place => Tokens[place]), draw.Targets));
        Assert.All(draws, draw => Assert.Equal(draw.Positions.Order().Distinct(), draw.Positions));
        var times = Enumerable.Range(0, 100).Select(place => draws.Count(draw => draw.Positions.Contains(place))).ToList();
        var mean = times.Sum() / 90.0;
        foreach (var (place, count) in times.Index())
        {
            // What is left of the share is filled up with short units, and those stand at the ends.
            var most = unit == "span" && place is < 2 or > 97 ? 0.8 : 0.35;
            Assert.True(Special.Contains(Tokens[place]) ? count == 0 : Math.Abs(count - mean) < most * mean, $"{place}: {count} of {mean}");
        }
    }

    [Fact]
    public void All_tokens_of_a_word_are_masked_or_none()
    {
        foreach (var draw in Draws(new MaskingSpec(Unit: "word"), 200))
        {
            foreach (var word in Enumerable.Range(0, 25))
            {
                var open = Enumerable.Range(word * 4, 4).Where(place => !Special.Contains(Tokens[place])).ToList();
                Assert.Contains(draw.Positions.Intersect(open).Count(), new[] { 0, open.Count });
            }
        }
    }

    [Fact]
    public void Neighbours_are_masked_in_spans()
    {
        int[] plain = [.. Enumerable.Repeat(7, 99)];
        var phases = new HashSet<int>();
        for (var sample = 0; sample < 200; sample++)
        {
            var draw = new MaskDraw(new MaskingSpec(Unit: "span", Span: 3), Special, Vocabulary).Draw(plain, [], 1, 0, sample);
            var inner = draw.Positions.Where(place => place is > 2 and < 96).ToHashSet();
            var starts = inner.Where(place => !inner.Contains(place - 1) && inner.Contains(place + 1) && inner.Contains(place + 2)).ToList();
            phases.UnionWith(starts.Select(start => start % 3));
            Assert.InRange(draw.Positions.Length, 13, 15);
        }

        Assert.Equal(3, phases.Count);
    }

    [Fact]
    public void A_draw_depends_on_seed_epoch_and_sample_alone()
    {
        var draw = new MaskDraw(new MaskingSpec(), Special, Vocabulary);
        var one = draw.Draw(Tokens, Continues, 1, 2, 3);
        draw.Draw(Tokens, Continues, 5, 5, 5);

        var again = new MaskDraw(new MaskingSpec(), Special, Vocabulary).Draw(Tokens, Continues, 1, 2, 3);
        Assert.Equal((one.Positions, one.Inputs, one.Targets), (again.Positions, again.Inputs, again.Targets), (x, y) => x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2) && x.Item3.SequenceEqual(y.Item3));
        Assert.All(new[] { draw.Draw(Tokens, Continues, 2, 2, 3), draw.Draw(Tokens, Continues, 1, 3, 3), draw.Draw(Tokens, Continues, 1, 2, 4) }, other => Assert.NotEqual(one.Positions, other.Positions));
    }

    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 1, 1, 1 }, 0)]
    [InlineData(new[] { 1, 9, 1 }, 1)]
    public void One_token_is_masked_where_there_is_any(int[] tokens, int masked) =>
        Assert.Equal(masked, new MaskDraw(new MaskingSpec(Unit: "word"), Special, Vocabulary).Draw(tokens, new bool[tokens.Length], 1, 0, 0).Positions.Length);

    [Fact]
    public void A_sample_has_the_number_of_its_digest()
    {
        var digest = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(digest, ulong.MaxValue - 5);

        Assert.Equal(long.MaxValue - 5, MaskDraw.SampleNumber(digest));
    }

    private static List<MaskedTokens> Draws(MaskingSpec spec, int samples)
    {
        var draw = new MaskDraw(spec, Special, Vocabulary);
        return [.. Enumerable.Range(0, samples).Select(sample => draw.Draw(Tokens, Continues, 1, 0, sample))];
    }
}
