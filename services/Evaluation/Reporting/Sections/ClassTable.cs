using System.Xml.Linq;
using Pipeline.Contracts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>Labelled samples of each class, by split: a class without training or test samples shows.</summary>
internal static class ClassTable
{
    /// <summary>report.json has all of them.</summary>
    private const int Most = 50;

    /// <returns>Null where there are no classes.</returns>
    public static XElement? Render(DataSummary data)
    {
        if (data.Classes is not { Count: > 0 } classes)
        {
            return null;
        }

        var shown = classes.Count <= Most ? classes : classes.OrderByDescending(found => found.All).ThenBy(found => found.Name, StringComparer.Ordinal).Take(Most);
        return Table(
            classes.Count <= Most ? "Labelled samples by class" : $"Labelled samples by class: the largest {Most} of {Count(classes.Count)}; report.json has all",
            ["Class", "Training", "Validation", "Test"],
            shown.Select(found => new object?[] { found.Name, Count(found.Train), Count(found.Validation), Count(found.Test) }));
    }
}
