using Pipeline.Learning.Encoders;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class RotaryPositionsTests
{
    private const int Places = 5;
    private const int Numbers = 6;

    [Fact]
    public void Each_pair_of_numbers_is_turned_by_its_place_times_its_frequency()
    {
        using var scope = NewDisposeScope();
        var query = rand(1, 1, Places, Numbers);
        var key = rand(1, 1, Places, Numbers);

        var turned = new RotaryPositions(Numbers).Turn(query, key);

        AssertEqual(NaiveTransformer.Turned(Rows(query), heads: 1), turned.Query);
        AssertEqual(NaiveTransformer.Turned(Rows(key), heads: 1), turned.Key);
    }

    [Fact]
    public void The_product_of_a_query_and_a_key_knows_their_distance_alone()
    {
        using var scope = NewDisposeScope();
        var query = rand(Numbers).expand(1, 1, Places, Numbers);
        var key = rand(Numbers).expand(1, 1, Places, Numbers);

        var turned = new RotaryPositions(Numbers).Turn(query, key);
        var products = Rows(turned.Query.matmul(turned.Key.transpose(2, 3)), Places);

        for (var i = 1; i < Places; i++)
        {
            for (var j = 1; j < Places; j++)
                Assert.Equal(products[i - 1][j - 1], products[i][j], tolerance: 1e-5);
        }

        Assert.NotEqual(products[0][1], products[0][2], tolerance: 1e-3);
    }

    private static void AssertEqual(double[][] expected, Tensor actual) =>
        Assert.All(expected.SelectMany(row => row).Zip(NaiveTransformer.Doubles(actual)),
            pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-5));

    private static double[][] Rows(Tensor tensor, int numbers = Numbers) => [.. NaiveTransformer.Doubles(tensor).Chunk(numbers)];
}
