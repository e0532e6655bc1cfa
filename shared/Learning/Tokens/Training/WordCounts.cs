namespace Pipeline.Learning.Tokens.Training;

/// <summary>How often each word of a corpus is seen.</summary>
internal sealed class WordCounts
{
    /// <summary>Longer words are names of nothing: left out of learning, not of encoding.</summary>
    private const int LongestWord = 100;

    private readonly IPreTokenizer preTokenizer;
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup;

    public WordCounts(IPreTokenizer preTokenizer)
    {
        this.preTokenizer = preTokenizer;
        lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>By word, ordinally.</summary>
    public IEnumerable<(string Word, long Count)> Ordered => counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));

    public void Add(string text)
    {
        var cut = preTokenizer.Cut(text);
        foreach (var word in cut.Words)
        {
            if (word.End.Value - word.Start.Value <= LongestWord)
            {
                var letters = cut.Text.AsSpan(word);
                lookup[letters] = lookup.TryGetValue(letters, out var count) ? count + 1 : 1;
            }
        }
    }
}
