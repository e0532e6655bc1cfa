using System.Text;
using Microsoft.ML.Tokenizers;
using Library = Microsoft.ML.Tokenizers.WordPieceTokenizer;

namespace Pipeline.Learning.Tokens;

/// <summary>Words by BERT's rules, each cut into the longest tokens from its start (Wu et al. 2016, arXiv:1609.08144).</summary>
public sealed class WordPieceTokenizer : ITokenizer
{
    /// <summary>What begins a token that goes on with a word.</summary>
    public const string Continuation = "##";

    /// <summary>UTF-16 units; longer words are unknown, as in BERT.</summary>
    internal const int LongestWord = 100;

    private readonly TokenVocabulary _vocabulary;
    private readonly BertRules _rules;
    private readonly Library _library;

    internal WordPieceTokenizer(TokenVocabulary vocabulary, bool lowerCase)
    {
        _vocabulary = vocabulary;
        _rules = new BertRules(lowerCase);
        using var names = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary.Names)));
        _library = Library.Create(names, new WordPieceOptions
        {
            PreTokenizer = _rules.PreTokenizer,
            UnknownToken = vocabulary.SpecialNames[1],
            ContinuingSubwordPrefix = Continuation,
            MaxInputCharsPerWord = LongestWord,
        });
    }

    public int Count => _vocabulary.Names.Count;

    public SpecialTokens Special => _vocabulary.Special;

    public TokenSequence Encode(string text)
    {
        var normalized = _rules.Normalize(text);
        var tokens = _library.EncodeToTokens(normalized.Text, out _, considerNormalization: false);
        return new TokenSequence(
            [.. tokens.Select(token => token.Id)],
            [.. tokens.Select(token => normalized.Origin(token.Offset.Start.Value))],
            [.. tokens.Select(token => token.Value.StartsWith(Continuation, StringComparison.Ordinal))]);
    }

    public string NameOf(int token) => _vocabulary.Names[token];
}
