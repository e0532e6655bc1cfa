using Pipeline.Contracts;

namespace Pipeline.Learning.Tuning;

/// <summary>What can be counted in a sequence.</summary>
public static class TermKinds
{
    /// <summary>Runs of letters and digits, in lower case.</summary>
    public const string Words = "words";

    /// <summary>Words, and pairs of neighbours.</summary>
    public const string Bigrams = "bigrams";

    /// <summary>Overlapping pieces of four bases.</summary>
    public const string FourMers = "4-mers";

    /// <summary>Overlapping pairs of residues.</summary>
    public const string TwoMers = "2-mers";

    /// <summary>Each letter at its position, of sequences that are all as long.</summary>
    public const string Positions = "positions";

    /// <summary>Sequences longer than this are counted by their pieces even where all are as long.</summary>
    private const int LongestByPosition = 1000;

    /// <summary>What suits these sequences; of several, validation chooses.</summary>
    public static IReadOnlyList<string> For(string modality, IReadOnlyCollection<string> texts) =>
        modality == Modalities.Text ? [Words, Bigrams]
        : texts.Select(text => text.Length).Distinct().ToArray() is [<= LongestByPosition] ? [Positions]
        : [modality == Modalities.Dna ? FourMers : TwoMers];

    /// <summary>Whether rare terms weigh more.</summary>
    public static bool Weighted(string kind) => kind is Words or Bigrams;

    public static IEnumerable<string> Cut(string kind, string text) => kind switch
    {
        Words => Runs(text),
        Bigrams => Runs(text).ToArray() is var words ? [.. words, .. words.Zip(words.Skip(1), (first, second) => $"{first} {second}")] : [],
        FourMers => Pieces(text, 4),
        TwoMers => Pieces(text, 2),
        Positions => text.Select((letter, position) => $"{position}{letter}"),
        _ => throw new PipelineException($"'{kind}' is nothing that is counted. Valid are {Words}, {Bigrams}, {FourMers}, {TwoMers} and {Positions}."),
    };

    private static IEnumerable<string> Pieces(string text, int length) =>
        Enumerable.Range(0, Math.Max(0, text.Length - length + 1)).Select(start => text.Substring(start, length));

    private static IEnumerable<string> Runs(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }
}
