using Pipeline.Evaluation.Reporting;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public class ReportWarningsTests
{
    /// <summary>Three learning rates of which the middle one is chosen nowhere at the edge.</summary>
    private static readonly SampleRun Sound = new() { LearningRates = [1e-4, 1e-3, 3e-3], Labels = [60, 600], TestSamples = 500 };

    [Fact]
    public void Fewer_than_five_draws_are_too_few() =>
        Assert.Contains(Warnings(Sound with { Draws = 3 }),
            warning => warning.Message.StartsWith("Only 3 label draws were made", StringComparison.Ordinal));

    [Fact]
    public void Leaks_that_were_allowed_are_told_with_their_number()
    {
        var run = Sound.Evaluated();
        var leaking = run with { Dataset = run.Dataset with { Summary = run.Dataset.Summary with { Leaks = 123 } } };

        Assert.Contains(ReportBuilder.Build(leaking).Report.Warnings,
            warning => warning.Message.Contains("123 pairs of nearly the same picture", StringComparison.Ordinal));
        Assert.DoesNotContain(Warnings(Sound),
            warning => warning.Message.Contains("nearly the same picture into training", StringComparison.Ordinal));
    }

    [Fact]
    public void Five_draws_are_enough() =>
        Assert.DoesNotContain(Warnings(Sound), warning => warning.Message.Contains("draw", StringComparison.Ordinal));

    [Theory]
    [InlineData(0.98, -0.1, true)]
    [InlineData(0.98, 0.1, false)]
    [InlineData(0.90, -0.1, false)]
    public void A_solved_pretext_task_without_gain_is_too_easy(double accuracy, double gain, bool warned) =>
        Assert.Equal(warned, Warnings(Sound with { PretextAccuracy = accuracy, Gain = gain })
            .Any(warning => warning.Message.Contains("too easy", StringComparison.Ordinal)));

    [Fact]
    public void A_pretext_task_at_the_level_of_guessing_was_not_learned() =>
        Assert.Contains(Warnings(Sound with { PretextAccuracy = 0.26 }),
            warning => warning.Message.StartsWith("The pretext task rotation was not learned", StringComparison.Ordinal));

    [Fact]
    public void Many_ambiguous_samples_are_told_by_task()
    {
        var warnings = Warnings(Sound with { Ambiguous = 8000 });

        Assert.DoesNotContain(warnings, warning => warning.Message.Contains("left out of rotation", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Message.Contains("left out of flip", StringComparison.Ordinal));
    }

    [Fact]
    public void A_border_that_gives_the_answer_away_is_told_of_the_tasks_that_were_trained_on()
    {
        var run = (Sound with { BorderCue = true }).Evaluated();
        var without = run with { PseudoLabels = [.. run.PseudoLabels.Where(task => task.Task != "flip")] };

        Assert.Contains(ReportBuilder.Build(run).Report.Warnings,
            warning => warning.Message.StartsWith("Border pixels alone tell 81.0\u202F% of the views of flip", StringComparison.Ordinal));
        Assert.DoesNotContain(ReportBuilder.Build(without).Report.Warnings,
            warning => warning.Message.StartsWith("Border", StringComparison.Ordinal));
    }

    [Fact]
    public void Collapsed_features_are_told()
    {
        var run = Sound.Evaluated();
        var collapsed = run with
        {
            Encoder = run.Encoder with
            {
                History = [.. run.Encoder.History.Where(point => point.HeldOut is not null)
            .Select(point => point with { HeldOut = point.HeldOut! with { FeatureDeviation = 0.02 } })]
            }
        };

        Assert.Contains(ReportBuilder.Build(collapsed).Report.Warnings,
            warning => warning.Message.Contains("have collapsed", StringComparison.Ordinal));
    }

    [Fact]
    public void An_arm_that_always_chose_the_same_end_of_the_grid_is_told() =>
        Assert.Contains(
            Warnings(Sound with { LearningRates = [1e-3, 3e-3] }),
            warning => warning.Message.StartsWith("The best learning rate of pretrained is 0.003 at every label count, the highest",
                StringComparison.Ordinal));

    [Fact]
    public void A_single_learning_rate_is_no_fair_comparison() =>
        Assert.Contains(Warnings(Sound with { LearningRates = [1e-3] }),
            warning => warning.Message.StartsWith("Only one learning rate (0.001)", StringComparison.Ordinal));

    [Fact]
    public void Warnings_of_the_data_come_before_those_of_the_comparison()
    {
        var run = (Sound with { Draws = 3 }).Evaluated();
        var warned = run with
        {
            Dataset = run.Dataset with
            {
                Warnings = [new Warning(WarningCode.ClassOfOne, 1,
            "1 class has one labelled sample only: 'axolotl'.")]
            }
        };

        Assert.Equal([WarningCode.ClassOfOne, WarningCode.FewDraws],
            ReportBuilder.Build(warned).Report.Warnings.Select(warning => warning.Code).Take(2));
    }

    [Fact]
    public void Few_draws_are_counted_by_label_counts() =>
        Assert.Equal(2, Assert.Single(Warnings(Sound with { Draws = 3 }), warning => warning.Code == WarningCode.FewDraws).Count);

    [Fact]
    public void A_baseline_that_does_as_well_is_told_once_with_every_label_count()
    {
        var run = Sound.Evaluated();
        var wrong = run.Truth.Labels.Select(label => (label + 1) % run.Truth.Names.Count).ToArray();
        var lost = run with
        {
            Predictions = [.. run.Predictions.Select(made => made.Trial.Arm == Arm.Pretrained ? made
            with { Classes = wrong } : made)]
        };

        var warning = Assert.Single(ReportBuilder.Build(lost).Report.Warnings, warning => warning.Code == WarningCode.BaselineAsGood);
        Assert.Equal(2, warning.Count);
        Assert.Contains("at 60 labels", warning.Message, StringComparison.Ordinal);
        Assert.Contains("at 600 labels", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_falls_apart_is_told_with_the_share_that_no_label_reaches()
    {
        var warning = Assert.Single(Warnings(Sound with { Reached = 0.95 }), warning => warning.Code == WarningCode.UnreachedSamples);

        Assert.Equal(53_901 - 51_206, warning.Count);
        Assert.Contains("propagation 5.0\u202F% at 60 labels, 5.0\u202F% at 600 labels; baseline-propagation", warning.Message,
            StringComparison.Ordinal);
        Assert.Contains("at most 12 samples", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Warnings(Sound with { Reached = 0.995 }), warning => warning.Code == WarningCode.UnreachedSamples);
    }

    [Theory]
    [InlineData(500, 50, false)]
    [InlineData(510, 50, true)]
    [InlineData(40, 5, false)]
    [InlineData(40, 4, true)]
    [InlineData(500, 0, false)]
    public void Unbalanced_labels_are_told_with_their_counts(int largest, int smallest, bool warned)
    {
        var run = Sound.Evaluated();
        var unbalanced = run with
        {
            Dataset = run.Dataset with { ClassCounts = [new("cat", largest, 9, 9), new("dog", largest, 9, 9), new("axolotl", smallest, 9, 9)] },
        };

        var warning = ReportBuilder.Build(unbalanced).Report.Warnings
            .SingleOrDefault(warning => warning.Code == WarningCode.UnbalancedLabels);

        Assert.Equal(warned, warning is not null);
        if (warning is not null)
        {
            Assert.Equal(1, warning.Count);
            Assert.Contains($"{largest} of 'cat', {smallest} of 'axolotl'", warning.Message, StringComparison.Ordinal);
            Assert.Contains("balanced-accuracy or macro-f1", warning.Message, StringComparison.Ordinal);
            Assert.Contains("shares that they have among the labels", warning.Message, StringComparison.Ordinal);
        }
    }

    private static IReadOnlyList<Warning> Warnings(SampleRun sample) => ReportBuilder.Build(sample.Evaluated()).Report.Warnings;
}
