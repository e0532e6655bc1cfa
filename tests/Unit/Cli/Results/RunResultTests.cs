using Pipeline.Cli.Results;
using Pipeline.Evaluation.Reporting;
using Pipeline.Tests.Unit.Evaluation.Reporting;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Results;

public sealed class RunResultTests
{
    [Fact]
    public void A_run_about_text_names_its_metric_above_the_table_and_shows_macro_F1_beside_it()
    {
        var report = SequencePage.Content(metric: "accuracy").Assessment.Report;
        var lines = Lines(report);

        var caption = Array.IndexOf(lines, "accuracy on the test split; beside it the macro-F1 of pretrained");
        Assert.StartsWith("labels  pretrained  scratch  difference", lines[caption + 1], StringComparison.Ordinal);
        Assert.EndsWith("macro-F1", lines[caption + 1].Split("  baseline")[0], StringComparison.Ordinal);
        Assert.All(report.ByLabelCount.Index(), result =>
        {
            var macro = report.Metrics.Single(arm => arm.Arm == Arm.Pretrained && arm.Labels == result.Item.Labels).Values["macro-f1"];
            Assert.Contains(Figures.Percent(macro).Replace('\u202F', ' '), lines[caption + 2 + result.Index], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_metric_of_its_own_is_named_once()
    {
        var lines = Lines(SequencePage.Content().Assessment.Report);

        Assert.Contains("macro-F1 on the test split", lines);
        Assert.DoesNotContain("macro-F1", lines.Single(line => line.StartsWith("labels  pretrained", StringComparison.Ordinal)));
    }

    [Fact]
    public void Accuracy_of_images_goes_without_saying() =>
        Assert.DoesNotContain(Lines(ReportBuilder.Build(new SampleRun().Evaluated()).Report),
            line => line.Contains("on the test split", StringComparison.Ordinal) || line.Contains("macro-F1", StringComparison.Ordinal));

    [Fact]
    public void Warnings_stand_before_the_verdict()
    {
        var report = ReportBuilder.Build(new SampleRun().Evaluated()).Report
            with
        { Warnings = [new Warning(WarningCode.ClassOfOne, 1, "1 class has one.")] };
        var lines = Lines(report);

        Assert.Equal(["warning class-of-one: 1 class has one.", ""], lines.Take(2));
        Assert.StartsWith("Pretraining helps", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void What_to_use_stands_below_the_verdict()
    {
        var report = ReportBuilder.Build(new SampleRun().Evaluated()).Report with
        {
            Warnings = [],
            Recommended =
            [
                new Recommendation(60, Arm.Propagation, 0.75, Arm.Baseline, 0.65, 0.1, 0.08, 0.12)
                {
                    LabelsSaved = new LabelsSaved(60, 240, 4, 3, null),
                },
                new Recommendation(600, Arm.Baseline, 0.8, Arm.Baseline, 0.8, 0, 0, 0),
            ],
        };

        Assert.Equal(
            [
                "At 60 labels use propagation: 75.0 % against 65.0 % of baseline, the best without a network; +10.0 points, "
                + "95 % interval +8.0 to +12.0. Scratch needs 4.0× the labels for that; 95 % interval 3.0× to beyond 10×.",
                "At 600 labels use baseline: 80.0 %. No network did better on validation.",
            ],
            Lines(report)[1..3]);
    }

    private static string[] Lines(Report report)
    {
        using var output = new StringWriter();
        new RunResult(report, "report.json", "report.html", null).Write(output);
        return output.ToString().Split(Environment.NewLine);
    }
}
