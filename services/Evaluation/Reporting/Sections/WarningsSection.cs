using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What to know before trusting the verdict: about the data, then about the comparison.</summary>
internal static class WarningsSection
{
    public const string Id = "warnings";

    public static XElement? Render(ReportPageContent content) => content.Assessment.Report.Warnings is { Count: > 0 } warnings
        ? Section(Id, "Before you trust this", Tag("ul", Class("warnings"), warnings.Select(warning => Tag("li", Tag("code", warning.Name), " ", warning.Message))))
        : null;
}
