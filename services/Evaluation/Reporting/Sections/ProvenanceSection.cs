using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the report came from, to the byte, and where it was made.</summary>
internal static class ProvenanceSection
{
    public static XElement Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        return Section("provenance", "Provenance",
            Tag("p", "Every artifact is named by what made it and checked by its SHA-256."),
            Table("Artifacts that this report came from", ["Artifact", "Key and digest", "Size"],
                content.Provenance.Select(source => new object?[]
                {
                    source.What,
                    Tag("code", source.Artifact.Key, Tag("br"), source.Artifact.Digest),
                    Bytes(source.Artifact.Bytes),
                }),
                numbersFrom: 2),
            Table("Where it was made", ["", ""],
            [
                ["Run", Tag("code", report.RunId)],
                ["Encoder", Tag("code", report.EncoderDigest)],
                ["Device", report.Environment.Device],
                ["Threads", Count(report.Environment.Threads)],
                ["libtorch", report.Environment.Torch],
            ],
            numbersFrom: 2));
    }
}

/// <summary>What the answer cost.</summary>
internal static class CostSection
{
    public static XElement Render(ReportPageContent content)
    {
        var (cost, time) = (content.Assessment.Report.Cost, content.Run.Time);
        return Section("cost", "Cost",
            Tag("p", $"{Duration(cost.Seconds.Values.Sum())} of compute in all. Pretraining trained on "
            + $"{Number(cost.PretrainingImagesPerSecond)} {SampleWords.Of(content.Run.Dataset.Modality).Shown} a second"
                + (time.Total > 0 ? $", with {Percent(time.Training / time.Total)} of its wall time inside training steps." : ".")),
            Tag("div", Class("pair"),
                Bars.Render("Compute time by stage, over all workers", "Stage",
                    [.. cost.Seconds.Select(stage => (stage.Key, stage.Value))]),
                Bars.Render("Where pretraining’s wall time went", "Part",
                [
                    ("training steps", time.Training), ("waiting for batches", time.Waiting), ("measuring", time.Measuring),
                    ("checkpoints, set-up", time.Checkpointing),
                ])));
    }
}

/// <summary>What each way of using the labels costs, beside what it gives.</summary>
internal static class MethodsSection
{
    public static XElement Render(ReportPageContent content)
    {
        var assessment = content.Assessment;
        var trials = content.Run.Trials.ToLookup(trial => trial.Trial.Arm);
        return Section("methods", "What each arm trains and costs",
            Table(
                $"Trained parameters and mean seconds of a trial, and mean test {MetricWords.Of(assessment.Report.Metric)} at each label "
                + "count",
                ["Arm", "Trained parameters", "Seconds a trial",
                    .. assessment.Report.ByLabelCount.Select(result => $"{Count(result.Labels)} labels")],
                assessment.Arms.GroupBy(result => result.Arm).Select(arm => new object?[]
                {
                    Name(arm.Key), Count(trials[arm.Key].Max(trial => trial.Parameters)),
                    Number(trials[arm.Key].Average(trial => trial.Seconds)),
                }.Concat(arm.Select(result => Percent(result.Score))))));
    }
}
