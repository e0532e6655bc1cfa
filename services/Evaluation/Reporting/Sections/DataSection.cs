using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the run had to work with, and what it could not use.</summary>
internal static class DataSection
{
    public static XElement Render(ReportPageContent content)
    {
        var data = content.Assessment.Report.Data;
        return Section("data", "Data",
            Tag("div", Class("pair"),
                Table($"Dataset {content.Run.Dataset.Dataset}", ["", "Samples"],
                [
                    ["Distinct usable samples", Count(data.Samples)],
                    ["with a label", Count(data.Labelled)],
                    ["for training", Count(data.Train)],
                    ["for validation", Count(data.Validation)],
                    ["for the test", Count(data.Test)],
                    [$"in {Count(data.Groups)} groups of nearly the same picture", Count(data.NearDuplicates)],
                    ["in the largest of them", Count(data.LargestGroup)],
                    ["Pairs of nearly the same picture in training and in validation or test", Count(data.Leaks)],
                ]),
                Table("Left out", ["", "Number"],
                [
                    ["Duplicates: same pixels as another file", Count(data.Duplicates)],
                    .. data.Rejected.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal)
                        .Select(reason => new object?[] { $"Rejected: {reason.Key}", Count(reason.Value) }),
                    .. content.Run.PseudoLabels.Select(task => new object?[] { $"Ambiguous in {task.Task} (left out of pretraining only)", Count(task.Ambiguous) }),
                ])));
    }
}
