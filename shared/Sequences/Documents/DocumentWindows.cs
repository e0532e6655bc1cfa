namespace Pipeline.Sequences.Documents;

/// <summary>Cuts documents that are longer than a sample may be.</summary>
public static class DocumentWindows
{
    /// <param name="most">UTF-16 units of a window.</param>
    /// <param name="atSpaces">Whether it is cut at the last white space that fits, which no window then has at its ends; where there is
    /// none, and of sequences, a window is full.</param>
    /// <returns>In UTF-16 units; one where the document fits.</returns>
    public static IEnumerable<(int Start, int Length)> Of(string text, int most, bool atSpaces)
    {
        var start = 0;
        while (text.Length - start > most)
        {
            var end = atSpaces ? EndAtSpace(text, start, most) : start + most;
            yield return (start, end - start);
            start = end;
            while (atSpaces && start < text.Length && char.IsWhiteSpace(text[start]))
                start++;
        }

        if (start < text.Length)
            yield return (start, text.Length - start);
    }

    private static int EndAtSpace(string text, int start, int most)
    {
        for (var end = start + most; end > start; end--)
        {
            if (char.IsWhiteSpace(text[end]))
                return end;
        }

        // Half a character is none.
        return most > 1 && char.IsHighSurrogate(text[start + most - 1]) ? start + most - 1 : start + most;
    }
}
