using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Evaluation.Reporting;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public class ReportBuilderTests
{
    private static readonly EvaluatedRun Run = new SampleRun().Evaluated();
    private static readonly Assessment Assessment = ReportBuilder.Build(Run);

    [Fact]
    public void The_report_has_the_classes_by_split_and_the_unlabelled()
    {
        var run = new SampleRun().Evaluated();
        var json = System.Text.Json.JsonSerializer.SerializeToElement(
            ReportBuilder.Build(run with
            {
                Dataset = run.Dataset
                with
                { Summary = run.Dataset.Summary with { Labelled = 60_000 } }
            }).Report, PipelineJson.Options);

        var first = json.GetProperty("data").GetProperty("classes")[0];
        Assert.Equal(["name", "train", "validation", "test"], first.EnumerateObject().Select(property => property.Name));
        Assert.Equal(9_873, json.GetProperty("data").GetProperty("unlabelled").GetInt64());
    }

    [Fact]
    public void The_report_has_exactly_the_documented_names()
    {
        var report = JsonSerializer.SerializeToNode(Assessment.Report, PipelineJson.Options)!.AsObject();

        Assert.Equal(
            "experiment, runId, verdict, encoderDigest, byLabelCount, labelsSaved, recommended, pretrainingSeeds, pretext, preFlight, data, cost, environment, "
            + "warnings, metric, metrics", Names(report));
        Assert.Equal("labels, draws, pretrained, scratch, frozen, frozenRandom, difference, low, high, verdict, baseline, lora, layerDecay, "
            + "readout, arms",
            Names(report["byLabelCount"]![0]!));
        Assert.Equal("labels, arm, score, baseline, baselineScore, difference, low, high, labelsSaved",
            Names(report["recommended"]![0]!));
        Assert.Equal("arm, labels, values", Names(report["metrics"]![0]!));
        Assert.Equal("accuracy, macro-f1, balanced-accuracy", Names(report["metrics"]![0]!["values"]!));
        Assert.Equal("labels, scratchEquivalent, ratio, low, high", Names(report["labelsSaved"]![0]!));
        Assert.Equal("task, accuracy, samples, ambiguous, auto", Names(report["pretext"]!));
        Assert.Equal("dataset, samples, tasks, choice, labels, seconds", Names(report["preFlight"]!));
        Assert.Equal("task, views, chance, symmetric, ceiling, border, linear, borderCue, advice",
            Names(report["preFlight"]!["tasks"]![0]!));
        Assert.Equal("accuracy, low, high", Names(report["preFlight"]!["tasks"]![0]!["border"]!));
        Assert.Equal("tasks, reason", Names(report["preFlight"]!["choice"]!));
        Assert.Equal("share, counts, largest, effectiveClasses", Names(report["preFlight"]!["labels"]!));
        Assert.Equal(
            "samples, labelled, duplicates, rejected, train, validation, test, groups, nearDuplicates, largestGroup, leaks, unlabelled, "
            + "classes", Names(report["data"]!));
        Assert.Equal("not an image, too small: 4 × 4 pixels", Names(report["data"]!["rejected"]!));
        Assert.Equal("seconds, pretrainingImagesPerSecond", Names(report["cost"]!));
        Assert.Equal("ingestion, pseudo-labels, pretraining, fine-tuning, evaluation", Names(report["cost"]!["seconds"]!));
        Assert.Equal("device, threads, torch", Names(report["environment"]!));
    }

    [Theory]
    [InlineData(0.1, "helps")]
    [InlineData(0.0, "no-evidence")]
    [InlineData(-0.1, "hurts")]
    public void The_verdict_is_a_word(double gain, string word)
    {
        var report = ReportBuilder.Build(new SampleRun { Gain = gain, Labels = [60] }.Evaluated()).Report;

        var json = JsonSerializer.SerializeToNode(report, PipelineJson.Options)!;

        Assert.Equal(word, json["verdict"]!.GetValue<string>());
        Assert.Equal(word, json["byLabelCount"]![0]!["verdict"]!.GetValue<string>());
    }

    [Fact]
    public void Accuracies_are_means_over_the_draws_at_the_chosen_learning_rate()
    {
        var choice = LearningRateChoice.Of(Run.Trials);
        foreach (var result in Assessment.Report.ByLabelCount)
        {
            double Mean(Arm arm) => Run.Predictions
                .Where(made => made.Trial.Arm == arm && made.Trial.Labels == result.Labels
                    && made.Trial.LearningRate == choice[(arm, result.Labels)].LearningRate)
                .Average(made => made.Classes.Zip(Run.Truth.Labels).Average(answer => answer.First == answer.Second ? 1.0 : 0.0));

            Assert.Equal(Mean(Arm.Pretrained), result.Pretrained, 12);
            Assert.Equal(Mean(Arm.Scratch), result.Scratch, 12);
            Assert.Equal(Mean(Arm.Frozen), result.Frozen, 12);
            Assert.Equal(Mean(Arm.FrozenRandom), result.FrozenRandom, 12);
            Assert.Equal(result.Pretrained - result.Scratch, result.Difference, 12);
            Assert.InRange(result.Difference, result.Low, result.High);
            Assert.Equal(5, result.Draws);
        }
    }

    [Fact]
    public void Scores_of_arms_with_pretrained_encoders_are_means_over_encoders_and_draws()
    {
        var run = new SampleRun { PretrainingSeeds = [3, 1, 2] }.Evaluated();
        var assessment = ReportBuilder.Build(run);
        var json = JsonSerializer.SerializeToNode(assessment.Report, PipelineJson.Options)!;

        Assert.Equal([3, 1, 2], assessment.Report.PretrainingSeeds);
        Assert.Equal([.. run.Encoders.Select(encoder => encoder.File.Digest)], assessment.Report.EncoderDigests!);
        Assert.Equal(3, json["encoderDigests"]!.AsArray().Count);
        foreach (var result in assessment.Arms.Where(arm => arm.Labels == 60))
        {
            var choice = LearningRateChoice.Of(run.Trials)[(result.Arm, 60)];
            var made = run.Predictions.Where(made => made.Trial.Arm == result.Arm && made.Trial.Labels == 60
                && made.Trial.LearningRate == choice.LearningRate).ToList();
            double Score(TestPredictions predictions) =>
                predictions.Classes.Zip(run.Truth.Labels).Average(answer => answer.First == answer.Second ? 1.0 : 0.0);
            var bySeed = made.GroupBy(made => made.Trial.PretrainingSeed).ToDictionary(seed => seed.Key ?? 0, seed => seed.Average(Score));

            Assert.Equal(made.Average(Score), result.Score, 11);
            Assert.Equal(5, result.TestScores.Count);
            ulong[] seeds = bySeed.Count == 1 ? [0] : [3, 1, 2];
            Assert.Equal(seeds.Select(seed => bySeed[seed]), result.EncoderScores, (a, b) => Math.Abs(a - b) < 1e-11);
        }

        var pretrained = assessment.Arms.First(arm => arm.Arm == Arm.Pretrained);
        Assert.Equal(assessment.Report.ByLabelCount[0].Pretrained, pretrained.Score, 11);
        Assert.Equal(3 * run.Encoder.Time.Total, assessment.Report.Cost.Seconds["pretraining"], 9);
        Assert.Equal(5, assessment.Report.ByLabelCount[0].Draws);
    }

    [Fact]
    public void Label_counts_ascend_whatever_their_order_in_the_experiment()
    {
        var report = ReportBuilder.Build(new SampleRun { Labels = [600, 60] }.Evaluated()).Report;

        Assert.Equal([60, 600], report.ByLabelCount.Select(result => result.Labels));
        Assert.Equal([60, 600], report.LabelsSaved.Select(saved => saved.Labels));
        Assert.Equal(report.ByLabelCount[0].Verdict, report.Verdict);
    }

    [Fact]
    public void Labels_saved_by_the_recommended_arm_are_read_from_the_curve_of_scratch()
    {
        int[] labels = [.. Assessment.Report.ByLabelCount.Select(result => result.Labels)];
        double[] scratch = [.. Assessment.Report.ByLabelCount.Select(result => result.Scratch)];

        Assert.All(Assessment.Report.Recommended, advice =>
        {
            var expected = LabelsSavedEstimator.ScratchEquivalent(labels, scratch, advice.Score);
            Assert.Equal((advice.Labels, expected, expected / advice.Labels),
                (advice.LabelsSaved!.Labels, advice.LabelsSaved.ScratchEquivalent, advice.LabelsSaved.Ratio));
        });
        // In this run pretrained is recommended at the smallest count, and so saves what it saves there.
        Assert.Equal(Arm.Pretrained, Assessment.Report.Recommended[0].Arm);
        Assert.Equal(Assessment.Report.LabelsSaved[0], Assessment.Report.Recommended[0].LabelsSaved);
    }

    [Fact]
    public void Scratch_saves_no_labels_when_it_is_recommended()
    {
        var report = ReportBuilder.Build(new SampleRun { Gain = -0.1 }.Evaluated()).Report;

        Assert.Equal(Arm.Scratch, report.Recommended[0].Arm);
        Assert.Null(report.Recommended[0].LabelsSaved);
    }

    [Fact]
    public void Costs_are_added_up_over_tasks_and_trials()
    {
        var cost = Assessment.Report.Cost;

        // Two tasks and the pre-flight.
        Assert.Equal(3.1 + 2.4 + 1.5, cost.Seconds["pseudo-labels"], 9);
        Assert.Equal(1.9 * Run.Trials.Count, cost.Seconds["fine-tuning"], 9);
        Assert.Equal(Run.Encoder.Time.Total, cost.Seconds["pretraining"], 9);
        Assert.Equal(Run.Encoder.Time.Views / Run.Encoder.Time.Total, cost.PretrainingImagesPerSecond, 9);
    }

    [Fact]
    public void The_same_run_gives_the_same_report() =>
        Assert.Equal(JsonSerializer.Serialize(Assessment.Report),
            JsonSerializer.Serialize(ReportBuilder.Build(new SampleRun().Evaluated()).Report));

    [Fact]
    public void A_chosen_trial_without_predictions_is_named()
    {
        var error = Assert.Throws<PipelineException>(() => ReportBuilder.Build(Run with { Predictions = [.. Run.Predictions.Skip(1)] }));

        Assert.Contains("Arm = Pretrained, Labels = 60, Draw = 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Confusion_is_that_of_the_smallest_label_count()
    {
        Assert.Equal(Assessment.Report.ByLabelCount[0].Pretrained, Recognised(Assessment.PretrainedConfusion), 12);
        Assert.Equal(Assessment.Report.ByLabelCount[0].Scratch, Recognised(Assessment.ScratchConfusion), 12);
    }

    private static double Recognised(ConfusionMatrix matrix) =>
        Enumerable.Range(0, matrix.Classes).Sum(i => (double)matrix[i, i]) / Enumerable.Range(0, matrix.Classes).Sum(matrix.Total);

    private static string Names(JsonNode node) => string.Join(", ", node.AsObject().Select(member => member.Key));
}
