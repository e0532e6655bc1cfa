using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What to know before trusting the verdict.</summary>
internal static class WarningsSection
{
    public static XElement? Render(ReportPageContent content) => content.Assessment.Warnings.Count == 0 ? null :
        Section("warnings", "Before you trust this", Tag("ul", Class("warnings"), content.Assessment.Warnings.Select(warning => Tag("li", warning))));
}
