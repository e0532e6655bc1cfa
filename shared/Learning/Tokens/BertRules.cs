using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>
/// BERT's basic tokenisation (Devlin et al. 2019, arXiv:1810.04805): control characters out, words at white space, every punctuation mark and ideograph a word of its own; in lower case without
/// accents if asked. As Hugging Face's <c>BertNormalizer</c> and <c>BertPreTokenizer</c> do it. Normalised, words have one space between them.
/// </summary>
internal sealed class BertRules(bool lowerCase) : IWordRules
{
    public PreTokenizer PreTokenizer { get; } = PreTokenizer.CreateWhiteSpace();

    public NormalizedText Normalize(string text)
    {
        var normalized = new NormalizedText();
        var letters = new StringBuilder();
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsWhiteSpace(rune))
            {
                normalized.Part(place);
            }
            else if (!IsDropped(rune))
            {
                var ideograph = IsIdeograph(rune);
                if (!lowerCase)
                {
                    Append(rune, ideograph);
                }
                else if (rune.IsAscii)
                {
                    Append(Rune.ToLowerInvariant(rune), ideograph);
                }
                else
                {
                    letters.Clear();
                    Accents.AppendBase(rune, letters);
                    foreach (var letter in letters.ToString().EnumerateRunes())
                    {
                        Append(Rune.ToLowerInvariant(letter), ideograph);
                    }
                }
            }

            place += rune.Utf16SequenceLength;
        }

        return normalized;

        void Append(Rune letter, bool ideograph)
        {
            var alone = ideograph || IsPunctuation(letter);
            if (alone)
            {
                normalized.Part(place);
            }

            normalized.Append(letter, place);
            if (alone)
            {
                normalized.Part(place);
            }
        }
    }

    private static bool IsWhiteSpace(Rune rune) => rune.Value is '\t' or '\n' or '\r' || (rune.Value is not (0x0B or 0x0C or 0x85) && Rune.IsWhiteSpace(rune));

    private static bool IsDropped(Rune rune) =>
        rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? rune.Value > ' ' && rune.Value < 0x7F && !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);

    private static bool IsIdeograph(Rune rune) => rune.Value is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}

/// <summary>
/// Canonical decomposition (Unicode 14, NFD) without nonspacing marks. By a table of our own: .NET has none where globalization is invariant, and which ICU a machine has must not change a
/// token.
/// </summary>
internal static class Accents
{
    private const int FirstSyllable = 0xAC00;
    private const int Syllables = 11172;

    private static readonly Dictionary<Rune, string> Bases = Load();

    /// <summary>Appends what is left of a character; nothing where it is a mark itself.</summary>
    public static void AppendBase(Rune rune, StringBuilder text)
    {
        if (rune.IsAscii)
        {
            text.Append((char)rune.Value);
        }
        else if (Bases.TryGetValue(rune, out var without))
        {
            text.Append(without);
        }
        else if (rune.Value - FirstSyllable is >= 0 and < Syllables and var syllable)
        {
            // The Unicode Standard, section 3.12: a syllable is a leading consonant, a vowel and perhaps a trailing consonant.
            text.Append((char)(0x1100 + (syllable / 588))).Append((char)(0x1161 + (syllable % 588 / 28)));
            if (syllable % 28 > 0)
            {
                text.Append((char)(0x11A7 + (syllable % 28)));
            }
        }
        else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
        {
            text.Append(rune.ToString());
        }
    }

    // A line: what is left, a space, the characters of which it is left.
    private static Dictionary<Rune, string> Load()
    {
        using var reader = new StreamReader(typeof(Accents).Assembly.GetManifestResourceStream("accents.txt")!);
        var bases = new Dictionary<Rune, string>();
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', 1);
            foreach (var rune in line[(space + 1)..].EnumerateRunes())
            {
                bases[rune] = line[..space];
            }
        }

        return bases;
    }
}

/// <summary>A sample as it is cut: in lower case, without accents or with words apart if the rules say so. Knows where in the sample each character comes from.</summary>
internal sealed class NormalizedText
{
    private readonly StringBuilder text = new();
    private readonly List<int> origins = [];

    private string? frozen;

    public string Text => frozen ??= text.ToString();

    /// <summary>Where in the sample a character of <see cref="Text"/> comes from; both in UTF-16 units.</summary>
    public int Origin(int place) => origins[place];

    internal void Append(Rune rune, int from)
    {
        if (rune.IsBmp)
        {
            text.Append((char)rune.Value);
            origins.Add(from);
            return;
        }

        Span<char> halves = stackalloc char[2];
        rune.EncodeToUtf16(halves);
        text.Append(halves);
        origins.Add(from);
        origins.Add(from);
    }

    /// <summary>Appends a space, unless there is one or nothing before it.</summary>
    internal void Part(int from)
    {
        if (text.Length > 0 && text[^1] != ' ')
        {
            text.Append(' ');
            origins.Add(from);
        }
    }
}

/// <summary>How text is cut into words before they are cut into tokens: the same for learning a vocabulary and for encoding by it.</summary>
internal interface IWordRules
{
    NormalizedText Normalize(string text);

    /// <summary>Where the words of normalised text lie.</summary>
    PreTokenizer PreTokenizer { get; }
}
