using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class PairedBootstrapTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 17)]
    [InlineData(5, 64)]
    public void Resampled_scores_are_those_of_a_loop_over_the_drawn_indices(int draws, int samples)
    {
        const int resamples = 50;
        var first = Synthetic.RightAnswers(seed: 1, draws, samples, effect: 0);
        var second = Synthetic.RightAnswers(seed: 2, draws, samples, effect: 0);

        var scores = new PairedBootstrap(draws, samples, resamples, seed: 7).Scores([new Hits(first), new Hits(second)]);

        for (var resample = 0; resample < resamples; resample++)
        {
            var random = new CounterRandom(7, "bootstrap").At(resample);
            var drawn = Enumerable.Range(0, draws).Select(_ => random.NextInt(draws)).ToArray();
            var picked = Enumerable.Range(0, samples).Select(_ => random.NextInt(samples)).ToArray();
            Assert.Equal(NaiveAccuracy(first, drawn, picked), scores[0][resample], 12);
            Assert.Equal(NaiveAccuracy(second, drawn, picked), scores[1][resample], 12);
        }
    }

    [Fact]
    public void Resampled_scores_of_several_encoders_are_those_of_a_loop_over_the_drawn_indices()
    {
        const int encoders = 3, draws = 4, samples = 17, resamples = 50;
        bool[][][] right = [.. Enumerable.Range(1, encoders)
            .Select(encoder => Synthetic.RightAnswers(seed: 1, draws, samples, effect: 0, encoder: encoder))];
        var bootstrap = new PairedBootstrap(draws, samples, resamples, seed: 7, encoders);
        var answers = new EncoderAnswers([.. right.Select(encoder => new Hits(encoder))]);

        var (all, fixedEncoders) = (bootstrap.Scores([answers])[0], bootstrap.Scores([answers], encoders: false)[0]);

        for (var resample = 0; resample < resamples; resample++)
        {
            var random = new CounterRandom(7, "bootstrap").At(resample);
            var drawn = Enumerable.Range(0, draws).Select(_ => random.NextInt(draws)).ToArray();
            var picked = Enumerable.Range(0, samples).Select(_ => random.NextInt(samples)).ToArray();
            var chosen = Enumerable.Range(0, encoders).Select(_ => random.NextInt(encoders)).ToArray();
            Assert.Equal(chosen.Average(encoder => NaiveAccuracy(right[encoder], drawn, picked)), all[resample], 9);
            Assert.Equal(right.Average(encoder => NaiveAccuracy(encoder, drawn, picked)), fixedEncoders[resample], 9);
        }
    }

    /// <summary>As the version before several encoders gave them.</summary>
    [Theory]
    [InlineData(5, 300, 400, 0.04827099622793583, 0.1410623371053975)]
    [InlineData(2, 200, 300, -0.16570757716244627, 0.32119813977245265)]
    [InlineData(1, 100, 300, -0.07999999999999996, 0.16000000000000003)]
    public void One_encoder_gives_exactly_the_interval_of_draws_and_samples(int draws, int samples, int resamples, double low, double high)
    {
        var (first, second) = Synthetic.Arms(seed: 4, draws, samples, effect: 0.3);

        Assert.Equal(new Interval(low, high), PairedBootstrap.Difference(first, second, resamples, seed: 1).Interval);
    }

    [Fact]
    public void Encoders_that_differ_widen_the_interval_of_the_difference_and_leave_the_other_arm_alone()
    {
        var (alike, second) = Synthetic.Arms(seed: 6, encoders: 3, 5, 500, effect: 0.3, ownLuckDeviation: 0.05, encoderDeviation: 0);
        var (apart, _) = Synthetic.Arms(seed: 6, encoders: 3, 5, 500, effect: 0.3, ownLuckDeviation: 0.05, encoderDeviation: 0.3);
        double Width(Answers first) => PairedBootstrap.Difference(first, second, 400, seed: 1).Interval is var found
            ? found.High - found.Low : 0;
        var bootstrap = new PairedBootstrap(5, 500, 400, seed: 1, encoders: 3);

        Assert.True(Width(apart) > 1.5 * Width(alike), $"apart {Width(apart)}, alike {Width(alike)}");
        Assert.Equal(
            new PairedBootstrap(5, 500, 400, seed: 1).Resample([second])[0].Interval, bootstrap.Resample([alike, second])[1].Interval);
    }

    [Fact]
    public void Identical_arms_differ_by_exactly_nothing()
    {
        var hits = new Hits(Synthetic.RightAnswers(seed: 3, draws: 5, samples: 200, effect: 0));

        var (mean, interval) = PairedBootstrap.Difference(hits, hits, resamples: 500, seed: 1);

        Assert.Equal(0, mean);
        Assert.Equal(new Interval(0, 0), interval);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        var (first, second) = Synthetic.Arms(seed: 4, draws: 5, samples: 300, effect: 0.3);

        var once = PairedBootstrap.Difference(first, second, 400, seed: 1);

        Assert.Equal(once, PairedBootstrap.Difference(first, second, 400, seed: 1));
        Assert.NotEqual(once.Interval, PairedBootstrap.Difference(first, second, 400, seed: 2).Interval);
    }

    [Fact]
    public void Pairing_narrows_the_interval()
    {
        var (first, second) = Synthetic.Arms(seed: 5, draws: 5, samples: 1000, effect: 0.3);
        var bootstrap = new PairedBootstrap(5, 1000, 1000, seed: 1);
        var together = bootstrap.Scores([first, second]);
        var apart = new PairedBootstrap(5, 1000, 1000, seed: 2).Scores([second])[0];

        var paired = Interval.Percentile([.. together[0].Zip(together[1], (a, b) => a - b)]);
        var unpaired = Interval.Percentile([.. together[0].Zip(apart, (a, b) => a - b)]);

        Assert.True(paired.High - paired.Low < 0.8 * (unpaired.High - unpaired.Low), $"paired {paired}, unpaired {unpaired}");
    }

    [Fact]
    public void Cells_of_another_shape_are_refused()
    {
        var bootstrap = new PairedBootstrap(draws: 5, samples: 10, resamples: 10, seed: 1);

        Assert.Throws<ArgumentException>(() => bootstrap.Scores([new Hits([new bool[10]])]));
        var hits = new Hits([.. Enumerable.Range(0, 5).Select(_ => new bool[10])]);
        Assert.Throws<ArgumentException>(() => bootstrap.Scores([new EncoderAnswers([hits, hits])]));
    }

    private static double NaiveAccuracy(bool[][] right, int[] draws, int[] samples) =>
        draws.Average(draw => samples.Average(sample => right[draw][sample] ? 1.0 : 0.0));
}
