using System.Diagnostics;

namespace Pipeline.Contracts;

/// <summary>What a sample can be.</summary>
public static class Modalities
{
    public const string Image = "image";
    public const string Text = "text";
    public const string Dna = "dna";
    public const string Protein = "protein";

    public static IReadOnlyList<string> All { get; } = [Image, Text, Dna, Protein];

    /// <summary>Whether a sample is a sequence of tokens, which masked-token prediction can be done on.</summary>
    public static bool IsSequence(string modality) => modality != Image;
}

// What only experiments on text, DNA and protein have.

/// <summary>How text becomes tokens.</summary>
/// <param name="Kind"><c>wordpiece</c> (Wu et al. 2016, arXiv:1609.08144), <c>bpe</c> (byte-level; Radford et al. 2019), or <c>kmer</c>: DNA and protein in non-overlapping pieces of <paramref name="K"/> letters.</param>
/// <param name="Vocabulary">Tokens to learn, special ones included; of <c>kmer</c> it follows from the alphabet.</param>
/// <param name="K">Letters in a token of <c>kmer</c>; 1 for single bases and residues.</param>
/// <param name="Length">Most tokens of a sample, those for its start and end included: what the encoder has positions for.</param>
/// <param name="Given">Where an existing vocabulary lies that is to be used: a folder with <c>vocab.txt</c>, or <c>vocab.json</c> and <c>merges.txt</c>. Null: learned on the training split.</param>
public sealed record TokenizerSpec(string Kind = "wordpiece", int Vocabulary = 8000, int K = 1, int Length = 128, string? Given = null);

/// <summary>Kinds of <see cref="TokenizerSpec"/>.</summary>
public static class TokenizerKinds
{
    public const string WordPiece = "wordpiece";
    public const string Bpe = "bpe";
    public const string Kmer = "kmer";
}

/// <summary>Which tokens are masked, and how (Devlin et al. 2019, arXiv:1810.04805).</summary>
/// <param name="Share">Of a sample's tokens, those to predict; above 0, below 1.</param>
/// <param name="Mask">Of these, those shown as the mask token.</param>
/// <param name="Random">Of these, those shown as a random token; the rest stays as it is.</param>
/// <param name="Unit"><c>token</c>, <c>word</c> (all tokens of a word at once) or <c>span</c> (<paramref name="Span"/> neighbours at once).</param>
/// <param name="Span">Tokens in a span.</param>
public sealed record MaskingSpec(double Share = 0.15, double Mask = 0.8, double Random = 0.1, string Unit = "token", int Span = 3);

/// <summary>The shape of encoder <c>transformer</c>.</summary>
/// <param name="Width">Numbers in a token's hidden state, D; a multiple of <paramref name="Heads"/>.</param>
/// <param name="FeedForward">Numbers in the hidden layer of each block.</param>
/// <param name="Position"><c>learned</c>, or <c>rotary</c> (Su et al. 2021, arXiv:2104.09864).</param>
/// <param name="Norm"><c>pre</c> (Xiong et al. 2020, arXiv:2002.04745) or <c>post</c>, as in BERT.</param>
/// <param name="Pooling">A sample's features: the <c>mean</c> of its tokens' hidden states, or that of its <c>first</c> token.</param>
/// <param name="Dropout">While training only.</param>
/// <param name="Layout"><c>own</c>, or <c>bert</c>: parameter names and <c>config.json</c> of Hugging Face's BERT, with learned positions and post-norm.</param>
public sealed record TransformerSpec(
    int Width = 256, int Layers = 4, int Heads = 4, int FeedForward = 1024,
    string Position = "learned", string Norm = "pre", string Pooling = "mean", double Dropout = 0.1, string Layout = "own");

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
/// <param name="Files">By file name, as Hugging Face names them: <c>vocab.txt</c>, or <c>tokenizer.json</c>, <c>vocab.json</c> and <c>merges.txt</c>.</param>
/// <param name="Spec">What it was made by.</param>
/// <param name="LowerCase">Whether text is brought to lower case before it is cut.</param>
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
        Modalities.Text => new("text", "the same texts", "files of text in UTF-8, or UTF-16 with a byte order mark, JSON lines with text, and CSV and TSV with a column text, each plain or in gzip, and Parquet and Arrow files with one"),
        Modalities.Dna => new("sequence", "the same bases", "FASTA and FASTQ files of DNA, JSON lines with sequence, and CSV and TSV with a column sequence, each plain or in gzip, and Parquet and Arrow files with one"),
        Modalities.Protein => new("sequence", "the same residues", "FASTA and FASTQ files of proteins, JSON lines with sequence, and CSV and TSV with a column sequence, each plain or in gzip, and Parquet and Arrow files with one"),
        _ => throw new UnreachableException($"'{modality}' is no modality."),
    };
}
