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
            _ => $"{count} {subject}{such}",
        };
    }
}
