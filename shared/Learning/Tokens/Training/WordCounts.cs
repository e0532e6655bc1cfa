namespace Pipeline.Learning.Tokens.Training;

/// <summary>How often each word of a corpus is seen.</summary>
internal sealed class WordCounts
{
    /// <summary>Longer words are names of nothing: left out of learning, not of encoding.</summary>
    private const int LongestWord = 100;

    private readonly IWordRules rules;
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup;

    public WordCounts(IWordRules rules)
    {
        this.rules = rules;
        lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>By word, ordinally.</summary>
    public IEnumerable<(string Word, long Count)> Ordered => counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));

    public void Add(string text)
    {
        var normalized = rules.Normalize(text).Text;
        foreach (var (start, length) in rules.PreTokenizer.PreTokenize(normalized))
        {
            if (length <= LongestWord)
            {
                var letters = normalized.AsSpan(start, length);
                lookup[letters] = lookup.TryGetValue(letters, out var count) ? count + 1 : 1;
            }
        }
    }
}
