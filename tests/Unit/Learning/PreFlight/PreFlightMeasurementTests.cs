using Pipeline.Learning.PreFlight;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

[Collection(TorchTests.Name)]
public sealed class PreFlightMeasurementTests
{
    private const int Size = 14;

    [Theory]
    [InlineData(14, 1)]
    [InlineData(10, 3)]
    [InlineData(48, 1)]
    public async Task Noise_is_guessed_and_has_the_whole_ceiling(int size, int channels)
    {
        var tasks = await new PlantedImages(size, channels, sample => PlantedImages.Noise(sample, size, channels)).MeasureAsync();

        Assert.All(tasks, task =>
        {
            Assert.Equal((0, 1, false), (task.Symmetric, task.Ceiling, task.BorderCue));
            // Four deviations of the mean over 400 samples are at most 0.1.
            Assert.InRange(task.Linear!.Accuracy, task.Chance - 0.1, task.Chance + 0.1);
            Assert.InRange(task.Border!.Accuracy, task.Chance - 0.1, task.Chance + 0.1);
        });
    }

    [Theory]
    [InlineData(14)]
    [InlineData(28)]
    [InlineData(64)]
    [InlineData(97)]
    public async Task A_cue_planted_in_the_outermost_line_is_found(int size)
    {
        // A little more light in a part of the first row that no symmetry of the square brings onto itself.
        byte[] Paint(int sample) => PlantedImages.Changed(
            PlantedImages.Noise(sample, size), size, (row, column, pixel) => row == 0 && column < size / 3
            ? (byte)(pixel / 4 + 200) : pixel);

        var tasks = await new PlantedImages(size, 1, Paint).MeasureAsync();

        Assert.All(tasks, task =>
        {
            Assert.True(task.BorderCue, task.ToString());
            Assert.InRange(task.Border!.Accuracy, 0.9, 1);
            Assert.StartsWith("border pixels alone give the answer away", task.Advice, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_lies_inside_is_no_border_cue_but_is_told_linearly()
    {
        byte[] Paint(int sample) => PlantedImages.Changed(
            PlantedImages.Noise(sample, Size), Size, (row, column, pixel) => row is 3 or 4 && column is 4 or 5
            ? (byte)(pixel / 4 + 200) : pixel);

        var tasks = await new PlantedImages(Size, 1, Paint).MeasureAsync();

        Assert.All(tasks, task =>
        {
            Assert.False(task.BorderCue);
            Assert.InRange(task.Border!.Accuracy, task.Chance - 0.1, task.Chance + 0.1);
            Assert.InRange(task.Linear!.Accuracy, 0.95, 1);
            Assert.StartsWith("too easy: a linear model on raw pixels reaches", task.Advice, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_only_a_product_of_pixels_tells_is_not_told_linearly()
    {
        // Two neighbouring pixels are both bright or both dark, by chance: no pixel alone has another mean than the rest.
        byte[] Paint(int sample)
        {
            var bright = (byte)(new CounterRandom(5, "both", sample).NextInt(2) * 199);
            return PlantedImages.Changed(PlantedImages.Noise(sample, Size), Size, (row, column, pixel) => row == 3 && column is 4 or 5
                ? bright : pixel);
        }

        var tasks = await new PlantedImages(Size, 1, Paint).MeasureAsync();

        Assert.All(tasks, task => Assert.InRange(task.Linear!.Accuracy, task.Chance - 0.1, task.Chance + 0.1));
    }

    [Fact]
    public async Task Symmetric_samples_lower_the_ceiling_to_the_exact_value()
    {
        // Of ten samples: two left-right symmetric, one that a half turn brings back, one with all symmetries, one of one colour.
        byte[] Paint(int sample)
        {
            var noise = PlantedImages.Noise(sample, Size);
            byte At(int row, int column) => noise[(row * Size) + column];
            int Fold(int place) => Math.Min(place, Size - 1 - place);
            return (sample % 10) switch
            {
                0 or 1 => PlantedImages.Changed([.. noise], Size, (row, column, _) => At(row, Fold(column))),
                2 => PlantedImages.Changed([.. noise], Size, (row, column, pixel) => row < Size / 2
                    ? pixel : At(Size - 1 - row, Size - 1 - column)),
                3 => PlantedImages.Changed([.. noise], Size,
                    (row, column, _) => At(Math.Min(Fold(row), Fold(column)), Math.Max(Fold(row), Fold(column)))),
                4 => PlantedImages.Changed([.. noise], Size, (_, _, _) => 90),
                _ => noise,
            };
        }

        var tasks = (await new PlantedImages(Size, 1, Paint).MeasureAsync()).ToDictionary(task => task.Task);

        // Rotation: two of four views are left under a half turn, one under all turns.
        Assert.Equal((0.3, (7 + (2 / 4.0) + (2 * 1 / 4.0)) / 10), (tasks["rotation"].Symmetric, Math.Round(tasks["rotation"].Ceiling, 12)));
        // Flip: two of four under the mirror, two of four under the half turn.
        Assert.Equal((0.5, (5 + (3 * 2 / 4.0) + (2 * 1 / 4.0)) / 10), (tasks["flip"].Symmetric, Math.Round(tasks["flip"].Ceiling, 12)));
        // Both: four of eight.
        Assert.Equal((0.5, (5 + (3 * 4 / 8.0) + (2 * 1 / 8.0)) / 10),
            (tasks["rotation-flip"].Symmetric, Math.Round(tasks["rotation-flip"].Ceiling, 12)));
    }

    [Fact]
    public async Task A_model_that_is_right_wherever_it_can_be_reaches_the_ceiling_and_no_more()
    {
        // Every image is left-right symmetric, with a bright bar at the top: turns are told, the mirror cannot be.
        byte[] Paint(int sample)
        {
            var noise = PlantedImages.Noise(sample, Size);
            return PlantedImages.Changed([.. noise], Size,
                (row, column, _) => (byte)(noise[(row * Size) + Math.Min(column, Size - 1 - column)] / 2 + (row is 3 or 4 ? 127 : 0)));
        }

        var tasks = (await new PlantedImages(Size, 1, Paint).MeasureAsync()).ToDictionary(task => task.Task);

        Assert.Equal((1, 0.5, 0.5),
            (tasks["rotation-flip"].Symmetric, tasks["rotation-flip"].Ceiling, tasks["rotation-flip"].Linear!.Accuracy));
        Assert.Equal((0, 1, 1), (tasks["rotation"].Symmetric, tasks["rotation"].Ceiling, tasks["rotation"].Linear!.Accuracy));
        Assert.Contains("even a perfect model gets 50 % right", tasks["rotation-flip"].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_samples_are_said_to_be_too_few()
    {
        var tasks = await new PlantedImages(Size, 1, sample => PlantedImages.Noise(sample, Size)) { Samples = 39 }.MeasureAsync();

        Assert.All(tasks, task => Assert.Equal((null, null, 1), (task.Border, task.Linear, task.Ceiling)));
        Assert.All(tasks, task => Assert.Equal("too few samples to measure more than symmetry", task.Advice));
    }

    [Fact]
    public async Task The_same_samples_give_the_same_figures_and_another_seed_draws_others()
    {
        var images = new PlantedImages(Size, 1, sample => PlantedImages.Changed(PlantedImages.Noise(sample, Size), Size, (row, _, pixel) =>
            (byte)(pixel + (row == 0 ? 20 : 0))));
        var some = new PreFlightSettings(MostSamples: 200);

        var first = await images.MeasureAsync(some);

        Assert.Equal(first, await images.MeasureAsync(some));
        Assert.NotEqual(first, await images.MeasureAsync(some with { Seed = 2 }));
    }
}
