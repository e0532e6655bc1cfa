using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class MinHashTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void The_estimate_is_the_exact_resemblance_within_its_deviation(double resemblance)
    {
        const int Pairs = 200;
        var random = new Random(1);
        var errors = new List<double>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var both = (int)Math.Round(300 * resemblance);
            var all = Enumerable.Range(0, 300).Select(_ => (uint)random.NextInt64(uint.MaxValue)).Distinct().ToArray();
            var only = (all.Length - both) / 2;
            uint[] left = all[..(both + only)], right = [.. all[..both], .. all[(both + only)..]];
            var exact = (double)left.Intersect(right).Count() / left.Union(right).Count();
            errors.Add(MinHash.Resemblance(Signature(left), Signature(right)) - exact);
        }

        var deviation = Math.Sqrt(resemblance * (1 - resemblance) / MinHash.Places);
        Assert.InRange(errors.Average(), -4 * deviation / Math.Sqrt(Pairs), 4 * deviation / Math.Sqrt(Pairs));
        Assert.InRange(Math.Sqrt(errors.Average(error => error * error)), 0.8 * deviation, 1.2 * deviation);
    }

    [Fact]
    public void A_signature_does_not_know_order_or_repetition() =>
        Assert.Equal(Signature([1, 2, 3]), Signature([3, 1, 2, 2, 1]));

    [Fact]
    public void Nothing_is_like_nothing() => Assert.Equal(0, MinHash.Resemblance(Signature([]), Signature([])));

    [Fact]
    public void A_strand_is_like_its_reverse_complement_and_a_protein_is_not()
    {
        const string Strand = "ACGGTTACCGATTAGGCATCAGGATTTACCA", Other = "TGGTAAATCCTGATGCCTAATCGGTAACCGT";

        Assert.Equal(Shingles.Of(Modalities.Dna, Strand).Order(), Shingles.Of(Modalities.Dna, Other).Order());
        Assert.Empty(Shingles.Of(Modalities.Protein, Strand).Intersect(Shingles.Of(Modalities.Protein, Other)));
    }

    [Fact]
    public void Pieces_with_unknown_letters_are_left_out()
    {
        Assert.Equal(Shingles.Of(Modalities.Dna, "ACGGTTACCGATT").Concat(Shingles.Of(Modalities.Dna, "GGGTTACCGATTC")), Shingles.Of(Modalities.Dna, "ACGGTTACCGATTNGGGTTACCGATTC"));
        Assert.Empty(Shingles.Of(Modalities.Dna, "ACGTNNACGTNACGTTT"));
    }

    [Fact]
    public void Case_and_white_space_of_text_do_not_count() =>
        Assert.Equal(Shingles.Of(Modalities.Text, "one two three"), Shingles.Of(Modalities.Text, "ONE\nTwo three"));

    private static uint[] Signature(uint[] set)
    {
        var signature = new uint[MinHash.Places];
        MinHash.Write(set, signature);
        return signature;
    }
}
