using Pipeline.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Training;

public sealed class ScheduleTests
{
    private const double Peak = 0.3;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(99)]
    [InlineData(100)]
    public void One_cycle_goes_up_and_down_along_half_cosines(long step)
    {
        // PyTorch's annealing, with the first phase ending at 30 of 100.
        static double Anneal(double start, double end, double share) => end + ((start - end) / 2 * (Math.Cos(Math.PI * share) + 1));
        var expected = step <= 30 ? Anneal(Peak / 25, Peak, step / 30.0) : Anneal(Peak, Peak / 250_000, (step - 30) / 70.0);

        Assert.Equal(expected, Schedule.LearningRate("one-cycle", Peak, step, 101), tolerance: 1e-12);
    }

    [Theory]
    [InlineData(0, 1.0 / 6)]
    [InlineData(1, 2.0 / 6)]
    [InlineData(4, 5.0 / 6)]
    [InlineData(5, 1)]
    [InlineData(24, 0.904508497)] // 19 of 95: a fifth of the way, (1 + cos 36°) / 2
    [InlineData(100, 0)]
    public void Cosine_warms_up_linearly_and_falls_along_a_half_cosine(long step, double share) =>
        Assert.Equal(Peak * share, Schedule.LearningRate("cosine", Peak, step, 101), tolerance: 1e-9);

    [Fact]
    public void One_cycle_starts_at_a_25th_peaks_and_ends_near_nothing()
    {
        Assert.Equal(Peak / 25, Schedule.LearningRate("one-cycle", Peak, 0, 1001), tolerance: 1e-12);
        Assert.Equal(Peak, Schedule.LearningRate("one-cycle", Peak, 300, 1001), tolerance: 1e-12);
        Assert.Equal(Peak / 250_000, Schedule.LearningRate("one-cycle", Peak, 1000, 1001), tolerance: 1e-12);
    }

    [Theory]
    [InlineData("one-cycle", 997)]
    [InlineData("one-cycle", 1000)]
    [InlineData("cosine", 997)]
    [InlineData("cosine", 1000)]
    public void There_are_no_jumps_and_the_rate_rises_before_it_falls(string name, long steps)
    {
        var rates = Enumerable.Range(0, (int)steps).Select(step => Schedule.LearningRate(name, Peak, step, steps)).ToList();
        var peak = rates.IndexOf(rates.Max());

        // The warm-up of 5 % is the steepest part: a fiftieth of the peak a step.
        Assert.All(rates.Zip(rates.Skip(1)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.021 * Peak));
        Assert.Equal(rates[..(peak + 1)].Order(), rates[..(peak + 1)]);
        Assert.Equal(rates[peak..].OrderDescending(), rates[peak..]);
        Assert.Equal(Peak, rates[peak], tolerance: 1e-4);
    }

    [Theory]
    [InlineData("one-cycle")]
    [InlineData("cosine")]
    public void Very_short_runs_have_finite_rates_too(string name)
    {
        for (var steps = 1; steps < 5; steps++)
        {
            Assert.All(Enumerable.Range(0, steps), step => Assert.InRange(Schedule.LearningRate(name, Peak, step, steps), 0, Peak * 1.000001));
        }
    }

    [Fact]
    public void An_unknown_schedule_is_named_with_those_there_are()
    {
        var error = Assert.Throws<PipelineException>(() => Schedule.LearningRate("linear", Peak, 0, 10));

        Assert.Equal("The schedule is 'linear'; it must be one of one-cycle, cosine.", error.Message);
    }
}
