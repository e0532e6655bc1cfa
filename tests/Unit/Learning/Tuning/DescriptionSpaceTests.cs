using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class DescriptionSpaceTests
{
    private const int Size = 28, Cells = 7, Side = 4, Bins = 9;

    [Fact]
    public void Gradients_are_counted_by_direction_in_cells_and_blocks_have_length_one()
    {
        using var scope = NewDisposeScope();
        var random = new CounterRandom(5, "hog");
        var image = Enumerable.Range(0, Size * Size).Select(_ => random.NextDouble()).ToArray();

        var rows = DescriptionSpace.Gradients(tensor(image.Select(value => (float)value).ToArray(), 1, 1, Size, Size)).data<float>().ToArray();

        var cells = Histogram(image);
        for (var row = 0; row < Cells - 1; row++)
        {
            for (var column = 0; column < Cells - 1; column++)
            {
                (int, int)[] block = [(row, column), (row, column + 1), (row + 1, column), (row + 1, column + 1)];
                var values = block.SelectMany(cell => cells[cell]).ToArray();
                var length = Math.Sqrt(values.Sum(value => value * value)) + 1e-3;
                for (var i = 0; i < values.Length; i++)
                    Assert.Equal(values[i] / length, rows[(i * (Cells - 1) * (Cells - 1)) + (row * (Cells - 1)) + column], tolerance: 1e-3);
            }
        }
    }

    [Theory]
    [InlineData("pixels", 1, 784)]
    [InlineData("hog", 1, 1296)]
    [InlineData("hog-colour", 3, 1296 + 64 + 48)]
    public void A_description_has_the_width_that_it_says(string name, int channels, int width) =>
        Assert.Equal(width, new DescriptionSpace(name, Modalities.Image, new InputSpec(Size, channels), CPU).Width);

    [Fact]
    public void Every_modality_has_some()
    {
        Assert.Equal(["pixels", "hog"], Descriptions.For(Modalities.Image, new InputSpec(28, 1)));
        Assert.Equal(["pixels", "hog", "hog-colour"], Descriptions.For(Modalities.Image, new InputSpec(28, 3)));
        Assert.Equal(["words", "bigrams", "characters", "lsa"], Descriptions.For(Modalities.Text, InputSpec.Sequence(100)));
        Assert.Contains("6-mers", Descriptions.For(Modalities.Dna, InputSpec.Sequence(100)));
        Assert.Contains("composition", Descriptions.For(Modalities.Protein, InputSpec.Sequence(100)));
    }

    // Central differences with the border repeated; directions without sign, shared by the two nearest of nine bins.
    private static Dictionary<(int, int), double[]> Histogram(double[] image)
    {
        double At(int row, int column) => image[(Math.Clamp(row, 0, Size - 1) * Size) + Math.Clamp(column, 0, Size - 1)];
        var cells = new Dictionary<(int, int), double[]>();
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                var (x, y) = (At(row, column + 1) - At(row, column - 1), At(row + 1, column) - At(row - 1, column));
                var place = (((Math.Atan2(y, x) / Math.PI) + 1) % 1) * Bins;
                var cell = (row / Side, column / Side);
                if (!cells.TryGetValue(cell, out var bins))
                    cells[cell] = bins = new double[Bins];

                for (var bin = 0; bin < Bins; bin++)
                {
                    var away = Math.Abs(place - bin);
                    bins[bin] += Math.Max(0, 1 - Math.Min(away, Bins - away)) * Math.Sqrt((x * x) + (y * y)) / (Side * Side);
                }
            }
        }

        return cells;
    }
}
