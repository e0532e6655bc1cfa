using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What became of labels that were spread over the training split.</summary>
internal static class ReachSection
{
    /// <summary>Of very many classes the largest are shown.</summary>
    private const int MostClasses = 20;

    public static XElement? Render(ReportPageContent content)
    {
        var reaches = ArmReach.Of(content.Run);
        // Students are taught by the labels that propagation spreads.
        var spreading = reaches.Where(reach => reach.Arm is not (Arm.Student or Arm.StudentScratch)).ToList();
        return reaches.Count == 0 ? null : Section("reach", "What the labels reached",
            Tag("p", "Propagation gives a class to every training sample that is connected to a labelled one. Classes get the shares that "
                + "they have among the labels."),
            Tag("div", Class("pair"), (spreading.Count > 0 ? spreading : reaches).GroupBy(reach => reach.Arm)
                .Select(arm => Given([.. arm], content.Run.Dataset.Classes))));
    }

    private static XElement Given(IReadOnlyList<ArmReach> counts, IReadOnlyList<string> names)
    {
        var classes = Enumerable.Range(0, counts[0].ByClass.Count).OrderByDescending(label => counts[^1].ByClass[label].Given)
            .Take(MostClasses).Order().ToList();
        var largest = classes.Count < counts[0].ByClass.Count ? $"; the largest {MostClasses} of {counts[0].ByClass.Count} classes" : "";
        return Table(
            $"{Name(counts[0].Arm)}: labels of a class → samples that it was given, of {Count(counts[0].Pool)}; means over draws{largest}",
            ["Class", .. counts.Select(count => $"{Count(count.Labels)} labels")],
            [
                ["reached", .. counts.Select(count => Tag("strong", Percent(count.Share)))],
                .. classes.Select(label => new object?[] { names[label] }.Concat(counts.Select(
                    count => $"{Number(count.ByClass[label].Labels)} → {Count(count.ByClass[label].Given)}"))),
            ]);
    }
}
