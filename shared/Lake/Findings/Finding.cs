using System.Text;

namespace Pipeline.Lake.Findings;

/// <summary>Something about the data that a person should know. Findings of the same code and subject add up, over all parts of an
/// import.</summary>
/// <param name="Count">Of what the code is about: rows, files, samples.</param>
/// <param name="Subject">What it is about, such as a table, a column or a folder; empty for the whole dataset.</param>
/// <param name="Detail">The first case, in words that can follow a colon; empty where there is nothing to add.</param>
public sealed record Finding(WarningCode Code, long Count, string Subject = "", string Detail = "");

/// <summary>Adds up findings. Not safe for several threads.</summary>
public sealed class FindingList
{
    /// <summary>Subjects of a code that are told one by one.</summary>
    private const int MostOfACode = 10;

    private readonly Dictionary<(WarningCode Code, string Subject), (long Count, string Detail)> _found = [];

    /// <summary>In order of code and subject, so that the same data gives the same list.</summary>
    public IReadOnlyList<Finding> All =>
        [.. _found.OrderBy(found => found.Key.Code).ThenBy(found => found.Key.Subject, StringComparer.Ordinal).Select(
            found => new Finding(found.Key.Code, found.Value.Count, found.Key.Subject, found.Value.Detail))];

    /// <summary>As <see cref="All"/>, of each code the few with the highest counts; the others are one finding, so that a lake of damaged
    /// archives is no list of them.</summary>
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
            Add(finding);
    }

    private static IEnumerable<Finding> FewOf(IReadOnlyList<Finding> same)
    {
        if (same.Count <= MostOfACode)
            return same;

        var byCount = same.OrderByDescending(finding => finding.Count).ToList();
        var others = byCount[(MostOfACode - 1)..];
        return [.. byCount[..(MostOfACode - 1)], new Finding(
            same[0].Code, others.Sum(finding => finding.Count), $"{others[0].Subject} and {others.Count - 1} more", others[0].Detail)];
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

        // Half a surrogate pair is no text.
        var end = char.IsHighSurrogate(name[Longest - 1]) ? Longest - 1 : Longest;
        return OneLine(name[..end]) + "…";
    }

    /// <summary>The first few, and how many more there are.</summary>
    public static string Few(IReadOnlyList<string> names) =>
        names.Count <= Most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Most))} and {names.Count - Most} more";

    /// <summary>Control characters and line ends become blanks: they could break a line of a log, or steer a terminal.</summary>
    public static string OneLine(string text)
    {
        if (!text.Any(IsBreaking))
            return text;

        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
            line.Append(IsBreaking(letter) ? ' ' : letter);

        return line.ToString();
    }

    private static bool IsBreaking(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}

/// <summary>What lies in the data and was not used, as part of the line that refuses a dataset: it often is the reason.</summary>
public static class NotUsed
{
    /// <summary>A line can be read so far.</summary>
    private const int Most = 4;

    /// <returns>Sentences with a blank before them; empty where everything was used.</returns>
    public static string Of(IReadOnlyList<Warning> warnings)
    {
        var telling = warnings.Where(warning => warning.TellsOfUnused).ToList();
        var more = telling.Count - Most;
        return string.Concat(telling.Take(Most).Select(warning => $" {warning.Name}: {warning.Message}"))
            + (more > 0 ? $" {more} more {(more == 1 ? "warning" : "warnings")} of this kind: 'status --data' shows them." : "");
    }
}
