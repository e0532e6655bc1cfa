using Pipeline.Contracts;

namespace Pipeline.Ingestion.Findings;

/// <summary>A sentence for each finding: what was found, where, and what to do about it.</summary>
internal static class FindingMessages
{
    public static Warning Of(Finding finding) => new(finding.Code, finding.Count, Sentence(finding));

    private static string Sentence(Finding finding)
    {
        var (_, count, subject, detail) = finding;
        var such = detail.Length == 0 ? "" : $": {detail}";
        return finding.Code switch
        {
            WarningCode.CutArchive => $"'{subject}' is cut short, damaged or beyond the limits; about {count} of its samples are lost{such}.",
            WarningCode.LabelType => $"The {subject} says no labels for {count} rows{such}; valid are text, numbers and truth values.",
            WarningCode.LabelColumnNotUsed => $"The column '{subject}' looks like labels and is not used, in {count} rows{such}.",
            WarningCode.TableNotUsed => $"'{subject}' is not used{such}.",
            _ => $"{count} {subject}{such}",
        };
    }
}
