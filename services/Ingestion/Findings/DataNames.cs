using System.Text;

namespace Pipeline.Ingestion.Findings;

/// <summary>Names that the data brings, such as those of classes, in sentences for people.</summary>
internal static class DataNames
{
    /// <summary>A label may be an essay.</summary>
    private const int Longest = 40;

    private const int Most = 5;

    /// <summary>In quotes, cut where it is long.</summary>
    public static string Quoted(string name) => $"'{Short(name)}'";

    /// <summary>One line that is no longer than a name should be.</summary>
    public static string Short(string name)
    {
        if (name.Length <= Longest)
        {
            return OneLine(name);
        }

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
        {
            return text;
        }

        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            line.Append(IsBreaking(letter) ? ' ' : letter);
        }

        return line.ToString();
    }

    private static bool IsBreaking(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
