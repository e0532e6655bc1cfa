using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class NeighbourGraphTests
{
    private const int Count = 40, Dimensions = 6, K = 4, Classes = 3;
    private const double Temperature = 0.1;

    private static readonly double[][] Vectors = Draw();

    [Fact]
    public void Neighbours_are_the_nearest_by_cosine_without_oneself()
    {
        using var scope = NewDisposeScope();

        var found = Neighbours.Find(Tensor(), Tensor(), K, isSelf: true, CancellationToken.None);

        for (var row = 0; row < Count; row++)
        {
            var expected = Enumerable.Range(0, Count).Where(other => other != row).OrderByDescending(other => Cosine(row, other)).Take(K);
            Assert.Equal(expected, found.Rows[(row * K)..((row + 1) * K)]);
            Assert.All(Enumerable.Range(0, K), i => Assert.Equal(
                Cosine(row, found.Rows[(row * K) + i]), found.Cosines[(row * K) + i], tolerance: 1e-5));
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Labels_spread_as_the_matrices_say(double alpha)
    {
        using var scope = NewDisposeScope();
        (int Row, int Class)[] labelled = [(0, 0), (7, 1), (13, 2), (20, 0), (31, 0)];

        var spread = new NeighbourGraph(Neighbours.Find(Tensor(), Tensor(), K, true, CancellationToken.None), Temperature)
            .Spread(labelled, Classes, alpha);

        var expected = Naive(labelled, alpha);
        Assert.All(expected.Zip(spread), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
    }

    /// <summary>Two groups far apart, and labels in one of them.</summary>
    [Fact]
    public void Where_no_label_reaches_there_is_no_class()
    {
        using var scope = NewDisposeScope();
        var apart = tensor(new float[,] { { 1, 0 }, { 0.99f, 0.1f }, { 0.98f, 0.15f }, { -1, 0 }, { -0.99f, 0.1f }, { -0.98f, 0.15f } });
        var vectors = nn.functional.normalize(apart, 2, 1);
        var graph = new NeighbourGraph(Neighbours.Find(vectors, vectors, 2, true, CancellationToken.None), Temperature);

        var spread = graph.Spread([(0, 1)], 2, 0.9).Chunk(2).ToList();

        Assert.All(spread[..3], row => Assert.Equal([0, 1], row));
        Assert.All(spread[3..], row => Assert.Equal([0, 0], row));
    }

    [Fact]
    public void A_label_reaches_all_that_a_path_of_neighbours_leads_to()
    {
        using var scope = NewDisposeScope();
        var neighbours = Neighbours.Find(Tensor(), Tensor(), 1, true, CancellationToken.None);

        var reached = new NeighbourGraph(neighbours, Temperature).Reached([0, 7]);

        // Components by merging the ends of every edge.
        var group = Enumerable.Range(0, Count).ToArray();
        for (var row = 0; row < Count; row++)
            group = [.. group.Select(own => own == group[neighbours.Rows[row]] ? group[row] : own)];

        Assert.Equal(group.Select(own => own == group[0] || own == group[7]), reached);
        Assert.Contains(false, reached);
        Assert.True(reached.Count(one => one) > 2);
    }

    [Fact]
    public void A_sample_whose_neighbours_have_no_class_is_counted_and_has_the_most_frequent_among_the_labels()
    {
        var neighbours = new Neighbours(1, [0, 1, 2], [1, 1, 1]);

        var (classes, unanswered) = Propagation.Answers(neighbours, [0, 0, 1, 0.5f, 0.3f, 0.2f, 0.2f, 0.8f, 0], labels: [1, 2, 2]);

        Assert.Equal([2, 0, 1], classes);
        Assert.Equal(0, unanswered);
        var (unreached, count) = Propagation.Answers(neighbours, [0, 0, 1, 0, 0, 0, 0, 0, 0], labels: [1, 2, 2]);
        Assert.Equal([2, 1, 1], unreached);
        Assert.Equal(2, count);
    }

    // W and its sums as dense matrices, F by its recursion.
    private static double[] Naive((int Row, int Class)[] labelled, double alpha)
    {
        var w = new double[Count, Count];
        for (var row = 0; row < Count; row++)
        {
            var nearest = Enumerable.Range(0, Count).Where(other => other != row).OrderByDescending(other => Cosine(row, other)).Take(K);
            foreach (var other in nearest)
            {
                w[row, other] += Math.Exp((Cosine(row, other) - 1) / Temperature);
                w[other, row] += Math.Exp((Cosine(row, other) - 1) / Temperature);
            }
        }

        var degrees = Enumerable.Range(0, Count).Select(row => Enumerable.Range(0, Count).Sum(column => w[row, column])).ToArray();
        var y = new double[Count, Classes];
        foreach (var (row, label) in labelled)
            y[row, label] = 1;

        var f = (double[,])y.Clone();
        for (var step = 0; step < 50; step++)
        {
            var next = new double[Count, Classes];
            for (var row = 0; row < Count; row++)
            {
                for (var label = 0; label < Classes; label++)
                {
                    var near = Enumerable.Range(0, Count)
                        .Sum(other => w[row, other] / Math.Sqrt(degrees[row] * degrees[other]) * f[other, label]);
                    next[row, label] = (alpha * near) + ((1 - alpha) * y[row, label]);
                }
            }

            f = next;
        }

        // Each class as heavy as its share among the labelled, then each row adding up to 1.
        var columns = Enumerable.Range(0, Classes).Select(label => Enumerable.Range(0, Count).Sum(row => f[row, label])).ToArray();
        var shares = Enumerable.Range(0, Classes).Select(label => (double)labelled.Count(sample => sample.Class == label)).ToArray();
        return [.. Enumerable.Range(0, Count).SelectMany(row =>
        {
            var scaled = Enumerable.Range(0, Classes).Select(label => f[row, label] * shares[label] / columns[label]).ToArray();
            return scaled.Select(value => value / scaled.Sum());
        })];
    }

    private static double Cosine(int a, int b) => Vectors[a].Zip(Vectors[b], (x, y) => x * y).Sum();

    private static Tensor Tensor() => tensor(Vectors.SelectMany(vector => vector.Select(value => (float)value)).ToArray(), Count, Dimensions);

    private static double[][] Draw()
    {
        var random = new CounterRandom(3, "neighbours");
        return [.. Enumerable.Range(0, Count).Select(_ =>
        {
            var vector = Enumerable.Range(0, Dimensions).Select(_ => random.NextGaussian()).ToArray();
            var length = Math.Sqrt(vector.Sum(value => value * value));
            return vector.Select(value => value / length).ToArray();
        })];
    }
}
