namespace Pipeline.Lake.Findings;

/// <summary>Something about the data that a person should know. Findings of the same code and subject add up.</summary>
/// <param name="Count">Of what the code is about: rows, files, samples.</param>
/// <param name="Subject">What it is about, such as a table, a column or a folder; empty for the whole dataset.</param>
/// <param name="Detail">The first case, in words that can follow a colon; empty where there is nothing to add.</param>
public sealed record Finding(WarningCode Code, long Count, string Subject = "", string Detail = "");

/// <summary>Adds up findings. Not safe for several threads.</summary>
public sealed class FindingList
{
    /// <summary>Subjects of a code that are told one by one.</summary>
    private const int MostOfACode = 10;

    private readonly Dictionary<(WarningCode Code, string Subject), Finding> _found = [];

    /// <summary>In order of code and subject, so that the same data gives the same list.</summary>
    public IReadOnlyList<Finding> All =>
        [.. _found.Values.OrderBy(found => found.Code).ThenBy(found => found.Subject, StringComparer.Ordinal)];

    /// <summary>As <see cref="All"/>, of each code the few with the highest counts; the others are one finding, so that a lake of damaged
    /// archives is no list of them.</summary>
    public IReadOnlyList<Finding> Few => [.. All.GroupBy(finding => finding.Code).SelectMany(same => FewOf([.. same]))];

    /// <summary>The first detail that is not empty stays.</summary>
    public void Add(Finding finding)
    {
        var key = (finding.Code, finding.Subject);
        _found[key] = _found.TryGetValue(key, out var before)
            ? finding with { Count = before.Count + finding.Count, Detail = before.Detail.Length > 0 ? before.Detail : finding.Detail }
            : finding;
    }

    public void Add(IEnumerable<Finding>? findings)
    {
        foreach (var finding in findings ?? [])
            Add(finding);
    }

    private static List<Finding> FewOf(List<Finding> same)
    {
        if (same.Count <= MostOfACode)
            return same;

        var byCount = same.OrderByDescending(finding => finding.Count).ToList();
        var others = byCount[(MostOfACode - 1)..];
        var more = $"{others[0].Subject} and {others.Count - 1} more";
        return [.. byCount[..(MostOfACode - 1)], others[0] with { Count = others.Sum(finding => finding.Count), Subject = more }];
    }
}

/// <summary>Names that the data brings, such as those of classes, in sentences for people.</summary>
public static class DataNames
{
    /// <summary>A label may be an essay.</summary>
    private const int Longest = 40;

    private const int Most = 5;

    /// <summary>In quotes, cut where it is long.</summary>
    public static string Quoted(string name) => $"'{Shortened(name)}'";

    /// <summary>One line that is no longer than a name should be.</summary>
    public static string Shortened(string name)
    {
        if (name.Length <= Longest)
            return OneLine(name);

        // Not half a surrogate pair.
        return OneLine(name[..(char.IsHighSurrogate(name[Longest - 1]) ? Longest - 1 : Longest)]) + "…";
    }

    /// <summary>The first few, and how many more there are.</summary>
    public static string Few(IReadOnlyList<string> names) =>
        names.Count <= Most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Most))} and {names.Count - Most} more";

    /// <summary>Control characters and line ends become blanks: they could break a line of a log, or steer a terminal.</summary>
    public static string OneLine(string text) =>
        string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter));
}

/// <summary>What lies in the data and was not used, as part of the line that refuses a dataset: it often is the reason.</summary>
public static class NotUsed
{
    private const int Most = 4;

    /// <returns>Sentences with a blank before them; empty if everything was used.</returns>
    public static string Of(IReadOnlyList<Warning> warnings)
    {
        var telling = warnings.Where(warning => warning.TellsOfUnused).ToList();
        var more = telling.Count - Most;
        return string.Concat(telling.Take(Most).Select(warning => $" {warning.Name}: {warning.Message}"))
            + (more > 0 ? $" {more} more {(more == 1 ? "warning" : "warnings")} of this kind: 'status --data' shows them." : "");
    }
}
