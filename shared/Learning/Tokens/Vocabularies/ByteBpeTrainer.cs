using System.Text;

namespace Pipeline.Learning.Tokens.Vocabularies;

/// <summary>Learns byte pair encoding: all 256 bytes, then the most frequent pairs of neighbours within words, joined.</summary>
internal static class ByteBpeTrainer
{
    /// <param name="size">Tokens wanted, special ones included.</param>
    /// <returns>Names in the order of their numbers: special ones, bytes, what was joined; and the pairs in the order they were.</returns>
    public static (IReadOnlyList<string> Names, IReadOnlyList<(string Left, string Right)> Merges) Learn(WordCounts corpus, int size)
    {
        List<string> names = [.. SpecialTokens.Names, .. ByteLetters.Ordered.Select(letter => letter.ToString())];
        var numbers = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var merges = new List<(string Left, string Right)>();
        var pairs = new PairMerges(corpus.Ordered.Select(entry => (
            Encoding.UTF8.GetBytes(entry.Word).Select(value => numbers[ByteLetters.Of[value].ToString()]).ToArray(), entry.Count)));
        while (names.Count < size && pairs.Next() is { } pair)
        {
            var joined = names[pair.Left] + names[pair.Right];
            if (SpecialTokens.Names.Contains(joined))
            {
                // A corpus that spells them must not make them text.
                pairs.Skip(pair);
                continue;
            }

            merges.Add((names[pair.Left], names[pair.Right]));
            if (!numbers.TryGetValue(joined, out var number))
            {
                number = numbers[joined] = names.Count;
                names.Add(joined);
            }

            pairs.Join(pair, number);
        }

        return (names, merges);
    }
}

/// <summary>Joins the most frequent pair of neighbours again and again (Sennrich et al. 2016, arXiv:1508.07909). Of pairs as frequent as
/// each other the one whose left number is lower counts first, then whose right is. After each, only the words that hold the pair are
/// looked at.</summary>
internal sealed class PairMerges
{
    /// <summary>What was seen once teaches nothing.</summary>
    private const long Fewest = 2;

    private readonly List<int[]> _words;
    private readonly List<long> _counts;
    private readonly Dictionary<(int Left, int Right), long> _pairs = [];
    private readonly Dictionary<(int Left, int Right), List<int>> _places = [];
    private readonly HashSet<(int Left, int Right)> _skipped = [];
    private readonly PriorityQueue<(int Left, int Right), (long Fewer, int Left, int Right)> _queue = new();

    /// <param name="words">Of symbol numbers, with how often each word is seen.</param>
    public PairMerges(IEnumerable<(int[] Symbols, long Count)> words)
    {
        _words = [.. words.Select(word => word.Symbols)];
        _counts = [.. words.Select(word => word.Count)];
        for (var word = 0; word < _words.Count; word++)
            Count(word, _counts[word]);

        foreach (var pair in _pairs.Keys)
            Enqueue(pair);
    }

    /// <summary>The next pair to be joined; null when none is seen twice.</summary>
    public (int Left, int Right)? Next()
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            var count = _skipped.Contains(pair) ? 0 : _pairs.GetValueOrDefault(pair);
            if (count == -priority.Fewer && count >= Fewest)
                return pair;

            // Counts that fell are put right here; those that rose were when they did.
            if (count >= Fewest && count < -priority.Fewer)
                Enqueue(pair);
        }

        return null;
    }

    /// <summary>Joins a pair wherever it is, from the left of each word on.</summary>
    public void Join((int Left, int Right) pair, int symbol)
    {
        var held = _places[pair];
        _places.Remove(pair);
        var changed = new HashSet<(int Left, int Right)>();
        foreach (var word in held)
        {
            var joined = Joined(_words[word], pair, symbol);
            if (joined.Length < _words[word].Length)
            {
                Count(word, -_counts[word]);
                _words[word] = joined;
                Count(word, _counts[word], changed, symbol);
            }
        }

        _pairs.Remove(pair);
        foreach (var fresh in changed)
            Enqueue(fresh);
    }

    /// <summary>Leaves a pair out for good.</summary>
    public void Skip((int Left, int Right) pair) => _skipped.Add(pair);

    private void Enqueue((int Left, int Right) pair) => _queue.Enqueue(pair, (-_pairs[pair], pair.Left, pair.Right));

    private void Count(int word, long count, HashSet<(int Left, int Right)>? changed = null, int symbol = -1)
    {
        var symbols = _words[word];
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var pair = (symbols[i], symbols[i + 1]);
            _pairs[pair] = _pairs.GetValueOrDefault(pair) + count;
            // Known already where the word held it before; what is new has the new symbol.
            if (count > 0 && (changed is null || pair.Item1 == symbol || pair.Item2 == symbol))
            {
                if (!_places.TryGetValue(pair, out var held))
                    _places[pair] = held = [];

                if (held.Count == 0 || held[^1] != word)
                    held.Add(word);

                changed?.Add(pair);
            }
        }
    }

    private static int[] Joined(int[] symbols, (int Left, int Right) pair, int symbol)
    {
        var joined = new List<int>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            var found = i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
            joined.Add(found ? symbol : symbols[i]);
            i += found ? 1 : 0;
        }

        return [.. joined];
    }
}
