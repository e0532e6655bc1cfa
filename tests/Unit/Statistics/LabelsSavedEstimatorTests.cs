using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class LabelsSavedEstimatorTests
{
    private static readonly int[] Labels = [10, 100, 1000];
    private static readonly double[] Scratch = [0.4, 0.6, 0.8];

    [Theory]
    [InlineData(0.4, 10.0)]
    [InlineData(0.5, 31.6227766)]
    [InlineData(0.6, 100.0)]
    [InlineData(0.7, 316.227766)]
    [InlineData(0.8, 1000.0)]
    public void Between_two_counts_the_curve_is_straight_over_the_logarithm_of_the_labels(double accuracy, double expected) =>
        Assert.Equal(expected, LabelsSavedEstimator.ScratchEquivalent(Labels, Scratch, accuracy)!.Value, 6);

    [Fact]
    public void An_accuracy_above_the_curve_is_never_reached() =>
        Assert.Null(LabelsSavedEstimator.ScratchEquivalent(Labels, Scratch, 0.81));

    [Fact]
    public void An_accuracy_below_the_curve_takes_at_most_the_smallest_count() =>
        Assert.Equal(10, LabelsSavedEstimator.ScratchEquivalent(Labels, Scratch, 0.1));

    [Fact]
    public void A_curve_that_falls_is_levelled_before_it_is_read() =>
        Assert.Equal(31.6227766, LabelsSavedEstimator.ScratchEquivalent(Labels, [0.4, 0.7, 0.5], 0.5)!.Value, 6);

    [Fact]
    public void On_a_flat_stretch_the_fewest_labels_count() =>
        Assert.Equal(10, LabelsSavedEstimator.ScratchEquivalent(Labels, [0.5, 0.5, 0.8], 0.5));

    [Fact]
    public void With_one_label_count_the_number_is_that_count_or_none()
    {
        Assert.Equal(60, LabelsSavedEstimator.ScratchEquivalent([60], [0.5], 0.5));
        Assert.Null(LabelsSavedEstimator.ScratchEquivalent([60], [0.5], 0.6));
    }

    [Fact]
    public void The_ratio_is_the_number_over_the_labels_that_pretraining_used()
    {
        var saved = Estimate(pretrained: [0.6, 0.6, 0.7]);

        Assert.Equal([10, 1, 0.316227766], saved.Select(at => Math.Round(at.Ratio!.Value, 9)));
        Assert.All(saved, at => Assert.Equal(at.ScratchEquivalent / at.Labels, at.Ratio));
        Assert.All(saved, at => Assert.Equal((at.Ratio, at.Ratio), (at.Low, at.High)));
    }

    [Fact]
    public void Resamples_that_never_reach_the_accuracy_rank_as_infinite()
    {
        // Of 200 resamples, 20 lie out of reach: the upper end is beyond the largest count, the lower end is not.
        var pretrained = Enumerable.Range(0, 200).Select(resample => resample < 20 ? 0.9 : 0.6).ToArray();

        var saved = LabelsSavedEstimator.Estimate([10, 100], [0.6, 0.6], [0.4, 0.6], [pretrained, pretrained],
            [Repeat(0.4), Repeat(0.6)])[0];

        Assert.Equal(10, saved.Ratio);
        Assert.Equal(10, saved.Low);
        Assert.Null(saved.High);
    }

    [Fact]
    public void Where_nothing_reaches_the_accuracy_there_is_no_number_and_no_interval()
    {
        var saved = Estimate(pretrained: [0.9, 0.9, 0.9])[0];

        Assert.Equal((null, null, null, null), (saved.ScratchEquivalent, saved.Ratio, saved.Low, saved.High));
    }

    private static IReadOnlyList<Pipeline.Contracts.LabelsSaved> Estimate(double[] pretrained) =>
        LabelsSavedEstimator.Estimate(Labels, pretrained, Scratch, [.. pretrained.Select(Repeat)], [.. Scratch.Select(Repeat)]);

    private static double[] Repeat(double value) => [.. Enumerable.Repeat(value, 200)];
}
