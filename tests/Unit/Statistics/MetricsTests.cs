using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class MetricsTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "never"];

    public static TheoryData<string> Classification { get; } = [Metrics.Accuracy, Metrics.MacroF1, Metrics.BalancedAccuracy];

    [Fact]
    public void They_are_what_they_are_by_hand()
    {
        // Class c is answered but never true: it counts for macro-F1, with F1 0, and not for balanced accuracy.
        var truth = new Truth([0, 0, 0, 1], Names);
        int[] answers = [0, 0, 1, 2];

        var all = Metrics.All(truth, answers);

        Assert.Equal(2 / 4.0, all[Metrics.Accuracy], 12);
        Assert.Equal(((2 * 2 / 5.0) + 0 + 0) / 3, all[Metrics.MacroF1], 12);
        Assert.Equal(((2 / 3.0) + 0) / 2, all[Metrics.BalancedAccuracy], 12);
    }

    [Theory]
    [MemberData(nameof(Classification))]
    public void Each_is_that_of_a_loop_over_the_classes(string metric)
    {
        var (truth, draws) = Made(samples: 70);

        var answers = Metrics.Judge(metric, truth, draws);

        Assert.Equal(draws.Length, answers.Draws);
        Assert.Equal(70, answers.Samples);
        Assert.All(draws.Zip(answers.ByDraw), pair => Assert.Equal(Naive(metric, truth.Labels, pair.First), pair.Second, 12));
        Assert.Equal(draws.Average(draw => Naive(metric, truth.Labels, draw)), answers.Mean, 10);
    }

    [Theory]
    [MemberData(nameof(Classification))]
    public void Resampled_it_is_that_of_the_samples_that_were_drawn(string metric)
    {
        const int resamples = 20;
        var (truth, draws) = Made(samples: 30);

        var scores = new PairedBootstrap(draws.Length, 30, resamples, seed: 7).Scores([Metrics.Judge(metric, truth, draws)])[0];

        for (var resample = 0; resample < resamples; resample++)
        {
            var random = new CounterRandom(7, "bootstrap").At(resample);
            var drawn = Enumerable.Range(0, draws.Length).Select(_ => random.NextInt(draws.Length)).ToArray();
            var picked = Enumerable.Range(0, 30).Select(_ => random.NextInt(30)).ToArray();
            var expected = drawn.Average(draw => Naive(metric, [.. picked.Select(sample => truth.Labels[sample])], [.. picked.Select(sample => draws[draw][sample])]));
            Assert.Equal(expected, scores[resample], 10);
        }
    }

    [Theory]
    [InlineData(Metrics.Accuracy)]
    [InlineData(Metrics.MacroF1)]
    [InlineData(Metrics.EntityF1)]
    public void Of_tagged_sequences_a_resample_draws_whole_sequences(string metric)
    {
        const int resamples = 20;
        string[] tags = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"];
        int[] starts = [0, 3, 4, 9];
        var random = new CounterRandom(3, "tags");
        int[] labels = [.. Enumerable.Range(0, 14).Select(_ => random.NextInt(5))];
        int[][] draws = [.. Enumerable.Range(0, 3).Select(_ => labels.Select(label => random.NextDouble() < 0.7 ? label : random.NextInt(5)).ToArray())];
        var truth = new Truth(labels, tags, starts);

        var scores = new PairedBootstrap(3, 4, resamples, seed: 7).Scores([Metrics.Judge(metric, truth, draws)])[0];

        for (var resample = 0; resample < resamples; resample++)
        {
            var stream = new CounterRandom(7, "bootstrap").At(resample);
            var drawn = Enumerable.Range(0, 3).Select(_ => stream.NextInt(3)).ToArray();
            var picked = Enumerable.Range(0, 4).Select(_ => stream.NextInt(4)).ToArray();
            Assert.Equal(drawn.Average(draw => Score(picked, draws[draw])), scores[resample], 10);
        }

        double Score(int[] picked, int[] answers)
        {
            var sequences = picked.Select(sample => starts[sample]..(sample == 3 ? 14 : starts[sample + 1])).ToArray();
            if (metric != Metrics.EntityF1)
            {
                return Naive(metric, [.. sequences.SelectMany(range => labels[range])], [.. sequences.SelectMany(range => answers[range])]);
            }

            var (right, all) = (0, 0);
            foreach (var range in sequences)
            {
                var wanted = Entities.Of([.. labels[range].Select(tag => tags[tag])]);
                var found = Entities.Of([.. answers[range].Select(tag => tags[tag])]);
                right += wanted.Intersect(found).Count();
                all += wanted.Count + found.Count;
            }

            return all == 0 ? 0 : 2.0 * right / all;
        }
    }

    [Fact]
    public void A_metric_that_there_is_not_is_answered_with_those_there_are()
    {
        var truth = new Truth([0], Names);

        var unknown = Assert.Throws<PipelineException>(() => Metrics.Judge("auc", truth, [[0]]));
        var tagging = Assert.Throws<PipelineException>(() => Metrics.Judge(Metrics.EntityF1, truth, [[0]]));

        Assert.Contains("evaluation.metric is 'auc'; valid here are accuracy, macro-f1, balanced-accuracy", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("'entity-f1'", tagging.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_of_another_number_are_refused() =>
        Assert.Throws<ArgumentException>(() => Metrics.Judge(Metrics.MacroF1, new Truth([0, 1], Names), [[0]]));

    private static (Truth Truth, int[][] Draws) Made(int samples)
    {
        var random = new CounterRandom(2, "metrics");
        int[] labels = [.. Enumerable.Range(0, samples).Select(_ => Math.Min(random.NextInt(4), random.NextInt(4)))];
        int[][] draws = [.. Enumerable.Range(0, 3).Select(_ => labels.Select(label => random.NextDouble() < 0.5 ? label : random.NextInt(4)).ToArray())];
        return (new Truth(labels, Names), draws);
    }

    private static double Naive(string metric, IReadOnlyList<int> truth, IReadOnlyList<int> answers)
    {
        var pairs = truth.Zip(answers).ToArray();
        double Right(int label) => pairs.Count(pair => pair.First == label && pair.Second == label);
        return metric switch
        {
            Metrics.Accuracy => pairs.Average(pair => pair.First == pair.Second ? 1.0 : 0.0),
            Metrics.BalancedAccuracy => truth.Distinct().Average(label => Right(label) / truth.Count(other => other == label)),
            _ => truth.Concat(answers).Distinct().Average(label =>
            {
                var (precision, recall) = (Right(label) / Math.Max(1, answers.Count(other => other == label)), Right(label) / Math.Max(1, truth.Count(other => other == label)));
                return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            }),
        };
    }
}
