using System.Collections.Concurrent;
using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

/// <summary>
/// Byte pair encoding over UTF-8 (Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019): words by GPT-2's rules, of each the neighbours joined that were learned first, until none are
/// left. Every text has tokens, and is their bytes put together.
/// </summary>
public sealed class ByteBpeTokenizer : ITokenizer
{
    private const int LongestCached = 32;
    private const int MostCached = 100_000;

    private readonly TokenVocabulary vocabulary;
    private readonly BytePreTokenizer preTokenizer;
    private readonly int[] ofByte;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Token)> merges;
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);

    /// <param name="merges">Pairs of names, in the order they were learned.</param>
    internal ByteBpeTokenizer(TokenVocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, bool lowerCase, string where)
    {
        this.vocabulary = vocabulary;
        preTokenizer = new BytePreTokenizer(lowerCase);
        ofByte = [.. ByteLetters.Of.Select(letter => Number(letter.ToString(), where))];
        this.merges = new Dictionary<(int Left, int Right), (int Rank, int Token)>(merges.Count);
        foreach (var (rank, (left, right)) in merges.Index())
        {
            this.merges.TryAdd((Number(left, where), Number(right, where)), (rank, Number(left + right, where)));
        }
    }

    public int Count => vocabulary.Names.Count;

    public SpecialTokens Special => vocabulary.Special;

    public TokenSequence Encode(string text)
    {
        var cut = preTokenizer.Cut(text);
        var tokens = new TokenList(cut.Words.Count);
        foreach (var word in cut.Words)
        {
            var (place, left) = (word.Start.Value, 0);
            var first = true;
            foreach (var token in TokensOf(cut.Text.AsSpan(word)))
            {
                // Of the character that its first byte lies in; a leading space is not what it stands for.
                var bytes = vocabulary.Names[token].Length;
                var start = first && bytes > 1 && cut.Text[place] == ' ' ? place + 1 : place;
                tokens.Add(token, cut.Origin(start), !first);
                first = false;
                (place, left) = Behind(cut.Text, place, left + bytes);
            }
        }

        return tokens.ToSequence();
    }

    /// <summary>The text of a token; the replacement character for pieces of a letter.</summary>
    public string NameOf(int token) => Special.Contains(token) ? vocabulary.Names[token] : Encoding.UTF8.GetString(Bytes(token));

    /// <summary>What tokens stand for, as UTF-8; special ones for nothing.</summary>
    public byte[] Decode(IEnumerable<int> tokens) => [.. tokens.Where(token => !Special.Contains(token)).SelectMany(Bytes)];

    private byte[] Bytes(int token) => [.. vocabulary.Names[token].Select(letter => ByteLetters.ByteOf(letter)).Where(value => value >= 0).Select(value => (byte)value)];

    private int Number(string name, string where) =>
        vocabulary.Numbers.TryGetValue(name, out var number) ? number : throw new PipelineException($"{where} lacks the token '{name}'; valid is a byte-level vocabulary with every byte and what every merge gives.");

    // The character so many bytes behind a place, and how many of the bytes lie within it.
    private static (int Place, int Left) Behind(string text, int place, int bytes)
    {
        while (place < text.Length && Rune.GetRuneAt(text, place) is var rune && bytes >= rune.Utf8SequenceLength)
        {
            bytes -= rune.Utf8SequenceLength;
            place += rune.Utf16SequenceLength;
        }

        return (place, bytes);
    }

    private int[] TokensOf(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestCached)
        {
            return Merge(word);
        }

        var lookup = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(word, out var tokens))
        {
            tokens = Merge(word);
            if (cache.Count < MostCached)
            {
                lookup.TryAdd(word, tokens);
            }
        }

        return tokens;
    }

    // A list whose neighbours are known by number, and a queue of the pairs in it: n log n also for a word without end.
    private int[] Merge(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        int[] tokens = [.. bytes.Select(value => ofByte[value])];
        int[] next = [.. Enumerable.Range(1, tokens.Length)];
        int[] before = [.. Enumerable.Range(-1, tokens.Length)];
        var queue = new PriorityQueue<(int Place, int Left, int Right), (int Rank, int Place)>();
        for (var i = 0; i + 1 < tokens.Length; i++)
        {
            Enqueue(i);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var (place, left, right) = pair;
            var behind = tokens[place] == left ? next[place] : tokens.Length;
            if (behind >= tokens.Length || tokens[behind] != right)
            {
                continue;
            }

            tokens[place] = merges[(left, right)].Token;
            tokens[behind] = -1;
            next[place] = next[behind];
            if (next[place] < tokens.Length)
            {
                before[next[place]] = place;
                Enqueue(place);
            }

            if (before[place] >= 0)
            {
                Enqueue(before[place]);
            }
        }

        return [.. tokens.Where(token => token >= 0)];

        void Enqueue(int place)
        {
            var right = tokens[next[place]];
            if (merges.TryGetValue((tokens[place], right), out var merge))
            {
                queue.Enqueue((place, tokens[place], right), (merge.Rank, place));
            }
        }
    }
}
