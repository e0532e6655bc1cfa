using System.Text;

namespace Pipeline.Learning.Tokens.Vocabularies;

/// <summary>Learns a WordPiece vocabulary as Hugging Face does: letters, then the most frequent pairs of neighbours within words joined
/// until it is full. A function of the corpus alone, whatever the order of its samples.</summary>
internal static class WordPieceTrainer
{
    /// <summary>Most letters that are kept, by frequency, and never more than half the vocabulary.</summary>
    private const int MostLetters = 1000;

    /// <param name="size">Tokens wanted, special ones included.</param>
    /// <returns>Their names, in the order of their numbers: special ones, letters ordinally, what was joined.</returns>
    public static IReadOnlyList<string> Learn(WordCounts corpus, int size)
    {
        var words = corpus.Ordered.Select(entry => (Letters: entry.Word.EnumerateRunes().ToArray(), entry.Count)).ToList();
        var letters = Alphabet(words, Math.Min(MostLetters, size / 4));
        words.RemoveAll(word => !word.Letters.All(letters.Contains));

        List<string> names = [.. SpecialTokens.Names, .. letters.Select(letter => letter.ToString()).Order(StringComparer.Ordinal)];
        var continuing = words.SelectMany(word => word.Letters.Skip(1)).Distinct();
        names.AddRange(continuing.Select(letter => $"{WordPieceTokenizer.Continuation}{letter}").Order(StringComparer.Ordinal));
        var numbers = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var merges = new PairMerges(words.Select(word => (
            word.Letters.Select((letter, place) => numbers[place == 0 ? letter.ToString() : $"{WordPieceTokenizer.Continuation}{letter}"])
                .ToArray(), word.Count)));
        while (names.Count < size && merges.Next() is { } pair)
        {
            var joined = names[pair.Left] + names[pair.Right][WordPieceTokenizer.Continuation.Length..];
            if (!numbers.TryGetValue(joined, out var number))
            {
                number = numbers[joined] = names.Count;
                names.Add(joined);
            }

            merges.Join(pair, number);
        }

        return names;
    }

    private static HashSet<Rune> Alphabet(IEnumerable<(Rune[] Letters, long Count)> words, int most)
    {
        var seen = new Dictionary<Rune, long>();
        foreach (var (letters, count) in words)
        {
            foreach (var letter in letters)
                seen[letter] = seen.GetValueOrDefault(letter) + count;
        }

        return [.. seen.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(most).Select(entry => entry.Key)];
    }
}

/// <summary>How often each word of a corpus is seen.</summary>
internal sealed class WordCounts
{
    /// <summary>Longer words are names of nothing: left out of learning, not of encoding.</summary>
    private const int LongestWord = 100;

    private readonly IWordRules _rules;
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public WordCounts(IWordRules rules)
    {
        _rules = rules;
        _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>By word, ordinally.</summary>
    public IEnumerable<(string Word, long Count)> Ordered =>
        _counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));

    public void Add(string text)
    {
        var normalized = _rules.Normalize(text).Text;
        foreach (var (start, length) in _rules.PreTokenizer.PreTokenize(normalized))
        {
            if (length <= LongestWord)
            {
                var letters = normalized.AsSpan(start, length);
                _lookup[letters] = _lookup.TryGetValue(letters, out var count) ? count + 1 : 1;
            }
        }
    }
}
