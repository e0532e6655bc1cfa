using System.Text;
using System.Text.Json;
using Pipeline.Learning.Tokens.Vocabularies;

namespace Pipeline.Learning.Tokens;

/// <summary>What a tokenizer is made of, and the files that Hugging Face keeps it in.</summary>
/// <param name="Kind">One of <see cref="TokenizerKinds"/>.</param>
/// <param name="Names">Tokens in the order of their numbers.</param>
/// <param name="Merges">Of <c>bpe</c>: pairs in the order they were learned.</param>
public sealed record TokenizerContent(
    string Kind, bool LowerCase, IReadOnlyList<string> Names, IReadOnlyList<(string Left, string Right)> Merges)
{
    private const string VocabularyText = "vocab.txt";
    private const string VocabularyJson = "vocab.json";
    private const string MergesText = "merges.txt";
    private const string Fast = "tokenizer.json";

    /// <summary>The files that a tokenizer is read from.</summary>
    public static IReadOnlyList<string> Needed(string kind) => kind == TokenizerKinds.Bpe ? [VocabularyJson, MergesText] : [VocabularyText];

    /// <summary>Learns one.</summary>
    /// <param name="texts">Samples of the training split; their order does not matter.</param>
    public static TokenizerContent Learn(TokenizerSpec spec, bool lowerCase, IEnumerable<string> texts)
    {
        var bytes = spec.Kind == TokenizerKinds.Bpe;
        var words = new WordCounts(bytes ? new Gpt2Rules(lowerCase) : new BertRules(lowerCase));
        foreach (var text in texts)
            words.Add(text);

        if (!bytes)
            return new TokenizerContent(spec.Kind, lowerCase, WordPieceTrainer.Learn(words, spec.Vocabulary), []);

        var (names, merges) = ByteBpeTrainer.Learn(words, spec.Vocabulary);
        return new TokenizerContent(spec.Kind, lowerCase, names, merges);
    }

    /// <summary>Every piece of 1 to k letters.</summary>
    public static TokenizerContent Kmers(string alphabet, int k)
    {
        var tokenizer = new KmerTokenizer(alphabet, k);
        return new TokenizerContent(TokenizerKinds.Kmer, false, [.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.NameOf)], []);
    }

    /// <param name="path">Where a file of a name lies.</param>
    /// <exception cref="PipelineException">A file is not there or does not hold what it should.</exception>
    public static TokenizerContent Read(string kind, bool lowerCase, Func<string, string> path)
    {
        var files = Needed(kind).Select(name => VocabularyFile.Read(path(name))).ToList();
        return kind == TokenizerKinds.Bpe
            ? new TokenizerContent(
                kind, lowerCase, VocabularyFile.Json(files[0], path(VocabularyJson)), VocabularyFile.Merges(files[1], path(MergesText)))
            : new TokenizerContent(kind, lowerCase, VocabularyFile.Lines(files[0], path(VocabularyText)), []);
    }

    /// <param name="where">It comes from, for errors.</param>
    /// <exception cref="PipelineException">Tokens lack that must be there, or one is there twice.</exception>
    public ITokenizer Open(string where)
    {
        var vocabulary = new TokenVocabulary(Names, where);
        return Kind switch
        {
            TokenizerKinds.Bpe => new ByteBpeTokenizer(vocabulary, Merges, LowerCase, where),
            TokenizerKinds.Kmer => new KmerTokenizer(string.Concat(Names.Where(name => name.Length == 1)), Names[^1].Length),
            _ => new WordPieceTokenizer(vocabulary, LowerCase),
        };
    }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, byte[]> Files()
    {
        if (Kind == TokenizerKinds.Kmer)
            return new Dictionary<string, byte[]> { [VocabularyText] = Lines(Names) };

        var fast = FastTokenizerFile.Of(this, new TokenVocabulary(Names, "this vocabulary"));
        return Kind == TokenizerKinds.Bpe
            ? new Dictionary<string, byte[]>
            {
                [Fast] = fast,
                [VocabularyJson] = JsonSerializer.SerializeToUtf8Bytes(
                    Names.Index().ToDictionary(entry => entry.Item, entry => entry.Index), FastTokenizerFile.Readable),
                [MergesText] = Lines(["#version: 0.2", .. Merges.Select(merge => $"{merge.Left} {merge.Right}")]),
            }
            : new Dictionary<string, byte[]> { [Fast] = fast, [VocabularyText] = Lines(Names) };
    }

    private static byte[] Lines(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
}
