using Pipeline.Learning.Training;
using Pipeline.Statistics;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class FeatureStatisticsTests
{
    [Fact]
    public void The_deviation_is_the_mean_standard_deviation_of_vectors_scaled_to_root_d()
    {
        var features = Gaussian(1, 40, 6);
        for (var row = 0; row < 40; row++)
            features[row, 2] += 1.5f;

        var scaled = new double[40, 6];
        for (var row = 0; row < 40; row++)
        {
            var length = Math.Sqrt(Enumerable.Range(0, 6).Sum(column => Math.Pow(features[row, column], 2)));
            for (var column = 0; column < 6; column++)
                scaled[row, column] = features[row, column] / length * Math.Sqrt(6);
        }

        var expected = Enumerable.Range(0, 6).Average(column =>
        {
            var values = Enumerable.Range(0, 40).Select(row => scaled[row, column]).ToList();
            return Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / 39);
        });

        using var tensor = torch.tensor(features);
        Assert.Equal(expected, FeatureStatistics.Deviation(tensor), tolerance: 1e-5);
    }

    [Fact]
    public void Directions_spread_evenly_have_deviation_one_and_full_rank()
    {
        using var tensor = torch.tensor(Gaussian(2, 4000, 8));

        Assert.Equal(1, FeatureStatistics.Deviation(tensor), tolerance: 0.02);
        Assert.Equal(8, FeatureStatistics.EffectiveRank(tensor), tolerance: 0.05);
    }

    [Fact]
    public void Features_that_are_all_alike_have_deviation_zero_and_rank_one()
    {
        using var zero = torch.zeros(20, 5);
        using var constant = torch.tensor(new float[] { 1, 2, 3, 4, 5 }).repeat(20, 1);

        Assert.Equal(0, FeatureStatistics.Deviation(zero), tolerance: 1e-6);
        Assert.Equal(0, FeatureStatistics.Deviation(constant), tolerance: 1e-6);
        Assert.Equal(1, FeatureStatistics.EffectiveRank(zero));
        Assert.Equal(1, FeatureStatistics.EffectiveRank(constant), tolerance: 1e-6);
    }

    [Fact]
    public void Features_along_one_direction_have_rank_one()
    {
        using var scope = torch.NewDisposeScope();
        var factor = torch.tensor(Gaussian(3, 30, 1));
        var direction = torch.tensor(new float[,] { { 1, -2, 0.5f, 3 } });

        Assert.Equal(1, FeatureStatistics.EffectiveRank((factor.matmul(direction) * 10) + 7), tolerance: 1e-3);
    }

    /// <summary>Centred points on the axes at distances a and b have singular values a√2 and b√2.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(0.01, 5)]
    public void The_rank_is_the_exponential_of_the_entropy_of_the_singular_values(float a, float b)
    {
        using var tensor = torch.tensor(new float[,] { { a, 0 }, { -a, 0 }, { 0, b }, { 0, -b } });
        double p = a / (a + b), q = b / (a + b);

        Assert.Equal(Math.Exp(-(p * Math.Log(p)) - (q * Math.Log(q))), FeatureStatistics.EffectiveRank(tensor + 2), tolerance: 1e-4);
    }

    [Fact]
    public void The_rank_follows_from_the_eigenvalues_of_the_covariance()
    {
        using var scope = torch.NewDisposeScope();
        var features = torch.tensor(Gaussian(4, 50, 5)) * torch.tensor(new float[] { 1, 2, 0.1f, 4, 0.5f }) - 3;
        var centred = (features - features.mean([0], keepdim: true)).to(torch.float64);
        var eigenvalues = torch.linalg.eigvalsh(centred.t().matmul(centred)).data<double>().ToArray();
        var total = eigenvalues.Sum(Math.Sqrt);
        var expected = Math.Exp(-eigenvalues.Select(value => Math.Sqrt(value) / total).Sum(share => share * Math.Log(share)));

        Assert.Equal(expected, FeatureStatistics.EffectiveRank(features), tolerance: 1e-4);
    }

    private static float[,] Gaussian(ulong seed, int rows, int columns)
    {
        var random = new CounterRandom(seed, "features");
        var values = new float[rows, columns];
        for (var i = 0; i < rows * columns; i++)
            values[i / columns, i % columns] = (float)random.NextGaussian();

        return values;
    }
}
