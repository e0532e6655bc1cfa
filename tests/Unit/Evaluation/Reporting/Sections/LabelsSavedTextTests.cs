using Pipeline.Evaluation.Reporting;
using Pipeline.Evaluation.Reporting.Sections;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting.Sections;

public class LabelsSavedTextTests
{
    private static readonly Report Report = ReportBuilder.Build(new SampleRun { Labels = [60, 600], TestSamples = 100 }.Evaluated()).Report
        with
    {
        ByLabelCount = [Result(60, pretrained: 0.5), Result(600, pretrained: 0.7)],
    };

    [Fact]
    public void A_known_number_is_said() =>
        Assert.Equal(("2.0×", "from scratch it takes 120 labels instead of 60", "1.5× to 3.0×"), Text(new(60, 120, 2, 1.5, 3)));

    [Fact]
    public void A_curve_that_ends_too_early_gives_a_lower_bound() =>
        Assert.Equal(("> 10×", "from scratch, 600 labels do not reach it", "5.0× to beyond 10×"), Text(new(60, null, null, 5, null)));

    [Fact]
    public void A_curve_that_starts_too_high_gives_an_upper_bound() =>
        Assert.Equal(("≤ 1.0×", "from scratch, 60 labels or fewer reach it", "at most 1.0×"), Text(new(60, 60, 1, 1, 1)));

    [Theory]
    [InlineData(1.0, 2.0, "at most 1.0× to 2.0×")]
    [InlineData(1.0, null, "not bounded by these label counts")]
    [InlineData(null, null, "beyond 10×")]
    public void Ends_of_the_interval_outside_the_counts_are_bounds(double? low, double? high, string expected) =>
        Assert.Equal(expected, LabelsSavedText.Interval(Report, new(60, 90, 1.5, low, high)));

    [Theory]
    [InlineData(2.0, 1.5, " Scratch needs 2.0× the labels for that; 95 % interval 1.5× to beyond 10×.")]
    [InlineData(null, 5.0, " Scratch needs more than 10× the labels for that; 95 % interval 5.0× to beyond 10×.")]
    [InlineData(null, null, " Scratch needs more than 10× the labels for that.")]
    public void What_the_recommended_arm_saves_is_a_sentence(double? ratio, double? low, string expected) =>
        Assert.Equal(expected, LabelsSavedText.Sentence(Report, Advice with { LabelsSaved = new(60, 60 * ratio, ratio, low, null) })
            .Replace('\u202F', ' '));

    [Fact]
    public void An_arm_below_the_start_of_the_curve_needs_at_most_its_labels() =>
        Assert.StartsWith(" Scratch needs at most 1.0× the labels", LabelsSavedText.Sentence(
            Report, Advice with { Score = 0.55, LabelsSaved = new(60, 60, 1, 1, 1) }), StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_said_at_the_largest_count_where_scratch_needs_more_labels() =>
        Assert.Equal("", LabelsSavedText.Sentence(Report, Advice with { LabelsSaved = new(600, null, null, null, null) }));

    [Fact]
    public void Nothing_is_said_of_scratch_itself() =>
        Assert.Equal("", LabelsSavedText.Sentence(Report, Advice with { Arm = Arm.Scratch }));

    private static Recommendation Advice => new(60, Arm.Propagation, 0.75, null, null, null, null, null);

    private static (string, string, string) Text(LabelsSaved saved) =>
        (LabelsSavedText.Ratio(Report, saved), LabelsSavedText.Equivalent(Report, saved), LabelsSavedText.Interval(Report, saved));

    private static LabelCountResult Result(int labels, double pretrained) =>
        new(labels, 5, pretrained, 0.6, 0.5, 0.4, pretrained - 0.6, -0.1, 0.1, Verdict.NoEvidence);
}
