using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>Byte pair encoding over UTF-8 (Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019): words by GPT-2's rules, of each
/// the neighbours joined that were learned first, until none are left. Every text has tokens, and is their bytes put together.</summary>
public sealed class ByteBpeTokenizer : ITokenizer
{
    private readonly TokenVocabulary _vocabulary;
    private readonly Gpt2Rules _rules;
    private readonly BpeTokenizer _library;

    /// <param name="merges">Pairs of names, in the order they were learned.</param>
    internal ByteBpeTokenizer(TokenVocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, bool lowerCase, string where)
    {
        var lacking = ByteLetters.Of.Select(letter => letter.ToString())
            .Concat(merges.SelectMany(pair => new[] { pair.Left, pair.Right, pair.Left + pair.Right }))
            .FirstOrDefault(name => !vocabulary.Numbers.ContainsKey(name));
        if (lacking is not null)
        {
            throw new PipelineException(
                $"{where} lacks the token '{lacking}'; it must have every byte and what every merge gives.");
        }

        _vocabulary = vocabulary;
        _rules = new Gpt2Rules(lowerCase);
        _library = BpeTokenizer.Create(new BpeOptions(vocabulary.Numbers)
        {
            Merges = merges.Distinct().Select(pair => $"{pair.Left} {pair.Right}"),
            PreTokenizer = _rules.PreTokenizer,
            ByteLevel = true,
        });
    }

    public int Count => _vocabulary.Names.Count;

    public SpecialTokens Special => _vocabulary.Special;

    public TokenSequence Encode(string text)
    {
        var normalized = _rules.Normalize(text);
        var tokens = _library.EncodeToTokens(normalized.Text, out _, considerNormalization: false);
        var (ids, starts, continues) = (new int[tokens.Count], new int[tokens.Count], new bool[tokens.Count]);
        using var words = _rules.PreTokenizer.PreTokenize(normalized.Text).GetEnumerator();
        var word = words.MoveNext() ? words.Current.Offset : -1;
        foreach (var (i, token) in tokens.Index())
        {
            var start = token.Offset.Start.Value;
            ids[i] = token.Id;
            continues[i] = start != word;
            if (start == word)
            {
                word = words.MoveNext() ? words.Current.Offset : -1;
                // A leading space is not what the token stands for.
                start += token.Value.Length > 1 && normalized.Text[start] == ' ' ? 1 : 0;
            }

            starts[i] = normalized.Origin(start);
        }

        return new TokenSequence(ids, starts, continues);
    }

    /// <summary>The text of a token; the replacement character for pieces of a letter.</summary>
    public string NameOf(int token) => Special.Contains(token) ? _vocabulary.Names[token] : Encoding.UTF8.GetString(Bytes(token));

    /// <summary>What tokens stand for, as UTF-8; special ones for nothing.</summary>
    public byte[] Decode(IEnumerable<int> tokens) => [.. tokens.Where(token => !Special.Contains(token)).SelectMany(Bytes)];

    private byte[] Bytes(int token) =>
        [.. _vocabulary.Names[token].Select(letter => ByteLetters.ByteOf(letter)).Where(value => value >= 0).Select(value => (byte)value)];
}

/// <summary>The letters that GPT-2's files show bytes as: printable ones as they are, the others from U+0100 on.</summary>
internal static class ByteLetters
{
    /// <summary>By byte.</summary>
    public static string Of { get; } = Make();

    /// <summary>All of them, in ordinal order: that of their numbers in a vocabulary.</summary>
    public static string Ordered { get; } = new([.. Of.Order()]);

    /// <returns>−1 for a letter that stands for no byte.</returns>
    public static int ByteOf(char letter) => Of.IndexOf(letter, StringComparison.Ordinal);

    private static string Make()
    {
        var letters = new char[256];
        var next = 256;
        for (var value = 0; value < letters.Length; value++)
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;

        return new string(letters);
    }
}
