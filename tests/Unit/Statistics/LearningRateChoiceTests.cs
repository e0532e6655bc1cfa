using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class LearningRateChoiceTests
{
    [Fact]
    public void The_highest_mean_over_the_draws_wins_not_the_luckiest_draw()
    {
        TrialResult[] results = [Result(0.001, 0, 0.60), Result(0.001, 1, 0.60), Result(0.003, 0, 0.70), Result(0.003, 1, 0.40)];

        Assert.Equal(0.001, LearningRateChoice.Of(results)[(Arm.Pretrained, 60)].LearningRate);
    }

    [Fact]
    public void Of_equals_the_smaller_rate_wins()
    {
        TrialResult[] results = [Result(0.01, 0, 0.5), Result(0.003, 0, 0.5), Result(0.001, 0, 0.4)];

        Assert.Equal(0.003, LearningRateChoice.Of(results)[(Arm.Pretrained, 60)].LearningRate);
    }

    [Fact]
    public void Each_arm_and_label_count_has_its_own()
    {
        TrialResult[] results =
        [
            Result(0.001, 0, 0.6), Result(0.003, 0, 0.5), Result(0.001, 0, 0.5, labels: 600), Result(0.003, 0, 0.6, labels: 600),
            Result(0.001, 0, 0.5, Arm.Scratch), Result(0.003, 0, 0.6, Arm.Scratch),
        ];

        var chosen = LearningRateChoice.Chosen(results);

        Assert.Equal(
            [new Trial(Arm.Pretrained, 60, 0, 0.001), new Trial(Arm.Pretrained, 600, 0, 0.003), new Trial(Arm.Scratch, 60, 0, 0.003)],
            chosen.Select(result => result.Trial));
    }

    [Fact]
    public void The_mean_is_over_encoders_too_and_the_chosen_trials_are_those_of_all()
    {
        TrialResult[] results =
        [
            Result(0.001, 0, 0.60, seed: 7), Result(0.003, 0, 0.70, seed: 7),
            Result(0.001, 0, 0.60, seed: 5), Result(0.003, 0, 0.40, seed: 5),
        ];

        Assert.Equal(
            [new Trial(Arm.Pretrained, 60, 0, 0.001, null, 5), new Trial(Arm.Pretrained, 60, 0, 0.001, null, 7)],
            LearningRateChoice.Chosen(results).Select(result => result.Trial));
        Assert.Contains(
            "0 of seed 5, 0 of seed 7 and 0 of seed 5",
            Assert.Throws<ArgumentException>(() => LearningRateChoice.Of([results[0], .. results[2..]])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rates_tried_on_different_draws_are_refused()
    {
        TrialResult[] results = [Result(0.001, 0, 0.6), Result(0.001, 1, 0.6), Result(0.003, 0, 0.7)];

        var error = Assert.Throws<ArgumentException>(() => LearningRateChoice.Of(results));

        Assert.Contains("Pretrained at 60 labels", error.Message, StringComparison.Ordinal);
    }

    private static TrialResult Result(
        double rate, int draw, double accuracy, Arm arm = Arm.Pretrained, int labels = 60, ulong? seed = null) =>
        new(new Trial(arm, labels, draw, rate, null, seed), accuracy, new ArtifactReference("models/a", "sha256:0", 1), [], 1);
}
