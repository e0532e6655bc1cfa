using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the answer cost.</summary>
internal static class CostSection
{
    public static XElement Render(ReportPageContent content)
    {
        var (cost, time) = (content.Assessment.Report.Cost, content.Run.Encoder.Time);
        return Section("cost", "Cost",
            Tag("p", $"{Duration(cost.Seconds.Values.Sum())} of compute in all. Pretraining trained on {Number(cost.PretrainingImagesPerSecond)} {SampleWords.Of(content.Run.Dataset.Modality).Shown} a second"
                + (time.Total > 0 ? $", with {Percent(time.Training / time.Total)} of its wall time inside training steps." : ".")),
            Tag("div", Class("pair"),
                Bars.Render("Compute time by stage, over all workers", "Stage", [.. cost.Seconds.Select(stage => (stage.Key, stage.Value))]),
                Bars.Render("Where pretraining’s wall time went", "Part",
                [
                    ("training steps", time.Training), ("waiting for batches", time.Waiting), ("measuring", time.Measuring), ("checkpoints, set-up", time.Checkpointing),
                ])));
    }
}
