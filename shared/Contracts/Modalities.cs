using System.Diagnostics;

namespace Pipeline.Contracts;

/// <summary>What a sample can be.</summary>
public static class Modalities
{
    public const string Image = "image";
    public const string Text = "text";
    public const string Dna = "dna";
    public const string Protein = "protein";

    /// <summary>Those whose samples are strings of letters from an alphabet.</summary>
    public const string Letters = $"{Dna} {Protein}";

    public const string Sequences = $"{Text} {Letters}";

    public const string Every = $"{Image} {Sequences}";

    public static IReadOnlyList<string> All { get; } = [Image, Text, Dna, Protein];

    /// <summary>Whether a sample is a sequence of tokens, which masked-token prediction can be done on.</summary>
    public static bool IsSequence(string modality) => modality != Image;
}

// What only experiments on text, DNA and protein have.

/// <summary>How text becomes tokens: WordPiece (Wu et al. 2016, arXiv:1609.08144), BPE (Radford et al. 2019) or k-mers.</summary>
public sealed record TokenizerSpec(
    [property: Key(
        "How text becomes tokens: `wordpiece`, as BERT does it; `bpe`, bytes, as GPT-2 does it; `kmer`, pieces of k letters that do not "
        + "overlap.")]
    [property: OneOf(TokenizerKinds.WordPiece, TokenizerKinds.Bpe, For = Modalities.Text)]
    [property: OneOf(TokenizerKinds.Kmer, For = Modalities.Letters)]
    string Kind = TokenizerKinds.WordPiece,
    [property: Key(
        "Tokens to learn on the training split, special ones included; fewer where the split has not so many.",
        For = Modalities.Text, Elsewhere = "it follows from k and the alphabet")]
    [property: Whole(300, 1_000_000)]
    int Vocabulary = 8000,
    [property: Key(
        "Letters in a token of `kmer`. With k = 1 a window of more than 500 has more tokens than attention should see, so DNA has 6 there.",
        For = Modalities.Letters, Elsewhere = "only kmer has it", Default = "by window")]
    [property: Whole(1, 8, For = Modalities.Dna), Whole(1, 3, For = Modalities.Protein)]
    int K = 1,
    [property: Key(
        "Most tokens of a sample, those for its start and end included; a longer one loses its last, and the report counts it. "
        + "Of `kmer` the default is what a window needs, and less is refused.")]
    [property: Whole(8, TokenizerSpec.MaxLength)]
    int Length = 128,
    [property: Key(
        "A folder that pseudo-labels can read, with a vocabulary to use instead of learning one: `vocab.txt` of `wordpiece`; "
        + "`vocab.json` and `merges.txt` of `bpe`.",
        For = Modalities.Text, Elsewhere = "the vocabulary follows from k and the alphabet")]
    [property: Text("a folder with a vocabulary", TextAttribute.Path)]
    string? Given = null)
{
    /// <summary>The upper end of <see cref="Length"/>.</summary>
    public const int MaxLength = 4096;
}

/// <summary>Kinds of <see cref="TokenizerSpec"/>.</summary>
public static class TokenizerKinds
{
    public const string WordPiece = "wordpiece";
    public const string Bpe = "bpe";
    public const string Kmer = "kmer";
}

/// <summary>Which tokens are masked, and how (Devlin et al. 2019, arXiv:1810.04805).</summary>
public sealed record MaskingSpec(
    [property: Key("Of a sample's tokens, those to predict (arXiv:1810.04805)."), Number(0, 1, AboveLow = true, BelowHigh = true)]
    double Share = 0.15,
    [property: Key("Of these, those shown as the mask token; with `masking.random` at most 1."), Number(0, 1)]
    double Mask = 0.8,
    [property: Key("Of these, those shown as a random token; the rest stays as it is. With `masking.mask` at most 1."), Number(0, 1)]
    double Random = 0.1,
    [property: Key(
        "What is masked at once: a token, all tokens of a word, or neighbours. The default of DNA is `span`, of protein `token`.")]
    [property: OneOf("token", "word", "span", For = Modalities.Text), OneOf("token", "span", For = Modalities.Letters)]
    string Unit = "token",
    [property: Key("Tokens in a span."), Whole(2, 100)]
    int Span = 3);

/// <summary>The shape of encoder <c>transformer</c>.</summary>
/// <param name="Pooling">Has no effect: readouts take its place. It stands in the content keys of encoders that there are.</param>
public sealed record TransformerSpec(
    [property: Key("Numbers in a token's hidden state; a multiple of `encoder.heads`."), Whole(8, 4096)]
    int Width = 256,
    [property: Key("Blocks of attention and feed-forward."), Whole(1, 96)]
    int Layers = 4,
    [property: Key("Heads of attention."), Whole(1, 128)]
    int Heads = 4,
    [property: Key("Numbers in the hidden layer of each block; four times the width where nothing is said."), Whole(8, 65536)]
    int FeedForward = 1024,
    [property: Key("How a token's place is told: learned, or rotary (arXiv:2104.09864)."), OneOf("learned", "rotary")]
    string Position = "learned",
    [property: Key("Layer norm before each part of a block (arXiv:2002.04745), or after it, as in BERT."), OneOf("pre", "post")]
    string Norm = "pre",
    string Pooling = "mean",
    [property: Key("While training only."), Number(0, 1, BelowHigh = true)]
    double Dropout = 0.1,
    [property: Key(
        "With `bert` the encoder has the parameter names and the `config.json` of Hugging Face's BERT: learned positions and `norm: post`, "
        + "which is its default then.")]
    [property: OneOf("own", "bert")]
    string Layout = "own")
{
    /// <summary>A shape by name, of which single keys may be given otherwise.</summary>
    [Key(
        "Layers × width, heads: `tiny` is 2 × 128, 2; `mini` 4 × 256, 4; `small` 4 × 512, 8. Keys that are said besides go before it.",
        Default = "`mini`")]
    [OneOf("tiny", "mini", "small")]
    public static TransformerSpec Size(string name) => name switch
    {
        "tiny" => new TransformerSpec(Width: 128, Layers: 2, Heads: 2, FeedForward: 512),
        "small" => new TransformerSpec(Width: 512, Layers: 4, Heads: 8, FeedForward: 2048),
        _ => new TransformerSpec(),
    };
}

/// <summary>Numbers of the tokens that stand for no text.</summary>
/// <param name="Padding"><c>[PAD]</c>: fills a batch's shorter samples.</param>
/// <param name="Unknown"><c>[UNK]</c>: what the vocabulary has no token for.</param>
/// <param name="Start"><c>[CLS]</c>: begins every sample.</param>
/// <param name="End"><c>[SEP]</c>: ends every sample.</param>
/// <param name="Mask"><c>[MASK]</c>: stands where a token is to be predicted.</param>
public sealed record SpecialTokens(int Padding = 0, int Unknown = 1, int Start = 2, int End = 3, int Mask = 4)
{
    /// <summary>As vocabularies spell them, in the order of the numbers that our own vocabularies give them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    public bool Contains(int token) => token == Padding || token == Unknown || token == Start || token == End || token == Mask;
}

/// <summary>A tokenizer in the store.</summary>
/// <param name="Files">By name, as Hugging Face has them: <c>vocab.txt</c>, or <c>tokenizer.json</c>, <c>vocab.json</c>,
/// <c>merges.txt</c>.</param>
/// <param name="Spec">What it was made by.</param>
/// <param name="Vocabulary">Tokens there are, special ones included.</param>
[ArtifactKind(ArtifactKinds.Tokenizer, Formerly = "TokenizerReference")]
public sealed record TokenizerReference(
    IReadOnlyDictionary<string, ArtifactReference> Files, TokenizerSpec Spec, bool LowerCase, int Vocabulary, SpecialTokens Special);

/// <summary>How messages speak of samples.</summary>
/// <param name="Sample">What one is.</param>
/// <param name="Content">What makes two of them the same.</param>
/// <param name="Valid">Files that can be used.</param>
public sealed record ModalityWords(string Sample, string Content, string Valid)
{
    public static ModalityWords Of(string modality) => modality switch
    {
        Modalities.Image => new("picture", "the same pixels", "JPEG, PNG, GIF, BMP and WebP files of more than one colour"),
        Modalities.Text => new("text", "the same texts", Files("files of text in UTF-8, or UTF-16 with a byte order mark", "text")),
        Modalities.Dna => new("sequence", "the same bases", Files("FASTA and FASTQ files of DNA", "sequence")),
        Modalities.Protein => new("sequence", "the same residues", Files("FASTA and FASTQ files of proteins", "sequence")),
        _ => throw new UnreachableException($"'{modality}' is no modality."),
    };

    private static string Files(string plain, string column) =>
        $"{plain}, JSON lines with {column}, and CSV and TSV with a column {column}, each plain or in gzip, "
        + "and Parquet and Arrow files with one";
}
