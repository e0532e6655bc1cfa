using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

/// <summary>Words by BERT's rules, each cut into the longest tokens there are from its start on (Wu et al. 2016, arXiv:1609.08144); a word that cannot be is unknown as a whole.</summary>
public sealed class WordPieceTokenizer : ITokenizer
{
    /// <summary>What begins a token that goes on with a word.</summary>
    public const string Continuation = "##";

    /// <summary>Characters; longer words are unknown, as in BERT.</summary>
    internal const int LongestWord = 100;

    private readonly TokenVocabulary vocabulary;
    private readonly BertPreTokenizer preTokenizer;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> beginnings;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> continuations;
    private readonly int longest;

    internal WordPieceTokenizer(TokenVocabulary vocabulary, bool lowerCase)
    {
        this.vocabulary = vocabulary;
        preTokenizer = new BertPreTokenizer(lowerCase);
        beginnings = vocabulary.Numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        continuations = vocabulary.Numbers.Where(entry => entry.Key.StartsWith(Continuation, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[Continuation.Length..], entry => entry.Value, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        longest = vocabulary.Names.Max(name => name.Length);
    }

    public int Count => vocabulary.Names.Count;

    public SpecialTokens Special => vocabulary.Special;

    public TokenSequence Encode(string text)
    {
        var cut = preTokenizer.Cut(text);
        var tokens = new TokenList(cut.Words.Count);
        foreach (var word in cut.Words)
        {
            Encode(cut, word, tokens);
        }

        return tokens.ToSequence();
    }

    public string NameOf(int token) => vocabulary.Names[token];

    private void Encode(PreTokens cut, Range word, TokenList tokens)
    {
        var (first, last) = (word.Start.Value, word.End.Value);
        var before = tokens.Count;
        var known = last - first <= LongestWord || cut.Text[word].EnumerateRunes().Count() <= LongestWord;
        for (var start = first; known && start < last;)
        {
            var lookup = start == first ? beginnings : continuations;
            var length = Math.Min(last - start, longest);
            var token = 0;
            while (length > 0 && !lookup.TryGetValue(cut.Text.AsSpan(start, length), out token))
            {
                length--;
            }

            known = length > 0;
            tokens.Add(token, cut.Origin(start), start != first);
            start += length;
        }

        if (!known)
        {
            tokens.Cut(before);
            tokens.Add(Special.Unknown, cut.Origin(first), continues: false);
        }
    }
}
