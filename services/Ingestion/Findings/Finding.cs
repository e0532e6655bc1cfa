using Pipeline.Contracts;

namespace Pipeline.Ingestion.Findings;

/// <summary>Something about the data that a person should know. Findings of the same code and subject add up, over all parts of an import.</summary>
/// <param name="Count">Of what the code is about: rows, files, samples.</param>
/// <param name="Subject">What it is about, such as a table, a column or a folder; empty for the whole dataset.</param>
/// <param name="Detail">The first case, in words that can follow a colon; empty where there is nothing to add.</param>
public sealed record Finding(WarningCode Code, long Count, string Subject = "", string Detail = "");

/// <summary>Adds up findings. Not safe for several threads.</summary>
internal sealed class FindingList
{
    /// <summary>Subjects of a code that are told one by one.</summary>
    private const int MostOfACode = 10;

    private readonly Dictionary<(WarningCode Code, string Subject), (long Count, string Detail)> _found = [];

    /// <summary>In order of code and subject, so that the same data gives the same list.</summary>
    public IReadOnlyList<Finding> All =>
        [.. _found.OrderBy(found => found.Key.Code).ThenBy(found => found.Key.Subject, StringComparer.Ordinal).Select(found => new Finding(found.Key.Code, found.Value.Count, found.Key.Subject, found.Value.Detail))];

    /// <summary>As <see cref="All"/>, of each code the few with the highest counts; the others are one finding, so that a lake of damaged archives is no list of them.</summary>
    public IReadOnlyList<Finding> Few =>
        [.. All.GroupBy(finding => finding.Code).SelectMany(same => FewOf([.. same]))];

    /// <summary>The detail of the first that has one stays.</summary>
    public void Add(Finding finding)
    {
        var (count, detail) = _found.GetValueOrDefault((finding.Code, finding.Subject), (0, ""));
        _found[(finding.Code, finding.Subject)] = (count + finding.Count, detail.Length > 0 ? detail : finding.Detail);
    }

    public void Add(IEnumerable<Finding>? findings)
    {
        foreach (var finding in findings ?? [])
        {
            Add(finding);
        }
    }

    private static IEnumerable<Finding> FewOf(IReadOnlyList<Finding> same)
    {
        if (same.Count <= MostOfACode)
        {
            return same;
        }

        var byCount = same.OrderByDescending(finding => finding.Count).ToList();
        var others = byCount[(MostOfACode - 1)..];
        return [.. byCount[..(MostOfACode - 1)], new Finding(same[0].Code, others.Sum(finding => finding.Count), $"{others[0].Subject} and {others.Count - 1} more", others[0].Detail)];
    }
}
