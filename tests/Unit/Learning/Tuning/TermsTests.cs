using Pipeline.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class TermsTests
{
    private static readonly string[] Texts = ["The cat sat; the cat slept.", "A dog sat", "the DOG barked 42 times"];

    [Theory]
    [InlineData(TermKinds.Words, "Don't  STOP—42x!", "don|t|stop|42x")]
    [InlineData(TermKinds.Bigrams, "one two three", "one|two|three|one two|two three")]
    [InlineData(TermKinds.Bigrams, "one", "one")]
    [InlineData(TermKinds.FourMers, "ACGTA", "ACGT|CGTA")]
    [InlineData(TermKinds.FourMers, "ACG", "")]
    [InlineData(TermKinds.SixMers, "ACGTTTG", "AAACGT|CAAACG")]
    [InlineData(TermKinds.Characters, "Ab c", " ab|ab | ab | c ")]
    [InlineData(TermKinds.TwoMers, "MKV", "MK|KV")]
    [InlineData(TermKinds.Positions, "ACA", "0A|1C|2A")]
    public void Terms_are_cut_out_of_a_sequence(string kind, string text, string terms) =>
        Assert.Equal(terms, string.Join('|', TermKinds.Cut(kind, text)));

    [Fact]
    public void Words_are_weighted_as_scikit_learn_weighs_them()
    {
        using var scope = NewDisposeScope();
        var terms = Terms.Fit(TermKinds.Words, Texts);
        string[] vocabulary = ["dog", "sat", "the", "42", "a", "barked", "cat", "slept", "times"];

        var row = Dense(terms, ["the the cat unseen"])[..terms.Count];

        // Two samples of three have 'the', one has 'cat'; 'unseen' is no term.
        double the = (1 + Math.Log(2)) * (1 + Math.Log(4 / 3.0)), cat = 1 + Math.Log(4 / 2.0),
            length = Math.Sqrt((the * the) + (cat * cat)) / Terms.Length;
        Assert.Equal(vocabulary.Length, terms.Count);
        Assert.Equal(the / length, row[Array.IndexOf(vocabulary, "the")], 12);
        Assert.Equal(cat / length, row[Array.IndexOf(vocabulary, "cat")], 12);
        Assert.Equal(2, row.Count(value => value != 0));
    }

    [Fact]
    public void A_text_without_any_known_term_is_a_row_of_zeros()
    {
        using var scope = NewDisposeScope();

        Assert.All(Dense(Terms.Fit(TermKinds.Words, Texts), ["", "unheard"])[..^1], value => Assert.True(value is 0 or 1));
    }

    [Fact]
    public void Sparse_rows_multiply_as_dense_ones_do()
    {
        using var scope = NewDisposeScope();
        var rows = Terms.Fit(TermKinds.Bigrams, Texts).Rows(Texts);
        var whole = rows.Times(eye(rows.Features + 1, dtype: ScalarType.Float64));
        var weights = rand(rows.Features + 1, 4, dtype: ScalarType.Float64);
        var errors = rand(3, 4, dtype: ScalarType.Float64);

        Assert.Equal(3, rows.Count);
        Assert.All(whole[TensorIndex.Colon, -1].data<double>().ToArray(), one => Assert.Equal(1, one));
        Assert.True(allclose(whole.matmul(weights), rows.Times(weights)));
        Assert.True(allclose(whole.t().matmul(errors), rows.TransposedTimes(errors)));
    }

    [Fact]
    public void A_regression_on_sparse_rows_is_that_on_dense_ones()
    {
        using var scope = NewDisposeScope();
        var rows = Terms.Fit(TermKinds.Words, Texts).Rows(Texts);
        var whole = rows.Times(eye(rows.Features + 1, dtype: ScalarType.Float64))[TensorIndex.Colon, ..^1];
        using var sparse = new LogisticRegression(rows.Features, 2);
        using var dense = new LogisticRegression(rows.Features, 2);
        var targets = tensor(new long[] { 0, 1, 1 });

        sparse.Fit(rows, targets, penalty: 0.1);
        dense.Fit(whole, targets, penalty: 0.1);

        Assert.True(allclose(dense.Logits(new DenseRows(whole.to(ScalarType.Float32))).softmax(1).to(ScalarType.Float64),
            sparse.Logits(rows)
            .softmax(1), atol: 1e-4));
    }

    [Fact]
    public void The_most_frequent_terms_are_kept()
    {
        string[] many = [.. Enumerable.Range(0, Terms.Most).Select(i => $"w{i} common"), "common"];

        using var scope = NewDisposeScope();
        var terms = Terms.Fit(TermKinds.Words, many);

        Assert.Equal(Terms.Most, terms.Count);
        Assert.Equal(Terms.Length, terms.Rows(["common"]).Times(eye(terms.Count + 1, 1, dtype: ScalarType.Float64))[0, 0].item<double>());
    }

    private static double[] Dense(Terms terms, string[] texts) =>
        terms.Rows(texts).Times(eye(terms.Count + 1, dtype: ScalarType.Float64)).data<double>().ToArray();
}
