using Pipeline.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LatentSemanticsTests
{
    private static readonly string[] Texts =
    [
        "a small bird that sings", "a large bird of prey", "the bird sings at dawn", "prey of a large cat", "a cat that hunts birds",
        "money lent by a bank", "a bank that holds money", "money paid to a lender", "the lender is a bank", "interest paid on money",
    ];

    [Fact]
    public void Directions_are_the_first_right_singular_vectors_of_the_texts()
    {
        using var scope = NewDisposeScope();
        var (terms, directions) = LatentSemantics.Fit(Texts, most: 4, CancellationToken.None);

        var dense = terms.Rows(Texts).Times(nn.functional.pad(eye(terms.Count, dtype: ScalarType.Float64), [0, 0, 0, 1]));
        var expected = linalg.svd(dense, fullMatrices: false).Vh.narrow(0, 0, 4);                       // [4, D]

        // A direction and its opposite are the same.
        var cosines = expected.matmul(directions).abs();
        Assert.Equal(4, directions.shape[1]);
        for (var i = 0; i < 4; i++)
            Assert.Equal(1, cosines[i, i].item<double>(), 6);
    }

    [Fact]
    public void Texts_without_a_word_in_common_are_near_where_others_bring_their_words_together()
    {
        using var scope = NewDisposeScope();
        var (terms, directions) = LatentSemantics.Fit(Texts, most: 3, CancellationToken.None);

        var padded = LatentSemantics.Padded(directions.to(ScalarType.Float32).data<float>().ToArray(), terms.Count);
        var rows = LatentSemantics.Project(terms, padded, ["lender", "bank", "prey", "xyzzy"]);
        var cosines = rows.matmul(rows.t());

        Assert.True(cosines[0, 1].item<float>() > 0.5, $"lender and bank: {cosines[0, 1].item<float>()}");
        Assert.True(cosines[0, 2].item<float>() < cosines[0, 1].item<float>() - 0.3, $"lender and prey: {cosines[0, 2].item<float>()}");
        Assert.Equal(0, rows[3].abs().sum().item<float>());
    }

    [Fact]
    public void There_are_no_more_directions_than_terms()
    {
        using var scope = NewDisposeScope();
        var (terms, directions) = LatentSemantics.Fit(["one two", "two three"], most: 100, CancellationToken.None);

        Assert.Equal(3, terms.Count);
        Assert.Equal([3, 3], directions.shape);
    }
}
