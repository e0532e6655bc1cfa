using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>BERT's basic tokenisation (Devlin et al. 2019, arXiv:1810.04805): control characters out, words at white space, every
/// punctuation mark and ideograph a word of its own; in lower case without accents if asked. As Hugging Face's <c>BertNormalizer</c> and
/// <c>BertPreTokenizer</c> do it. Normalised, words have one space between them.</summary>
internal sealed class BertRules(bool lowerCase) : IWordRules
{
    public PreTokenizer PreTokenizer { get; } = PreTokenizer.CreateWhiteSpace();

    public NormalizedText Normalize(string text)
    {
        var normalized = new NormalizedText();
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
                    foreach (var letter in Accents.BaseOf(rune).EnumerateRunes())
                        Append(Rune.ToLowerInvariant(letter), ideograph);
                }
            }

            place += rune.Utf16SequenceLength;
        }

        return normalized;

        void Append(Rune letter, bool ideograph)
        {
            var alone = ideograph || IsPunctuation(letter);
            if (alone)
                normalized.Part(place);

            normalized.Append(letter, place);
            if (alone)
                normalized.Part(place);
        }
    }

    private static bool IsWhiteSpace(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r' || (rune.Value is not (0x0B or 0x0C or 0x85) && Rune.IsWhiteSpace(rune));

    private static bool IsDropped(Rune rune) =>
        rune.Value is 0 or 0xFFFD
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? rune.Value > ' ' && rune.Value < 0x7F && !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);

    private static bool IsIdeograph(Rune rune) => rune.Value is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x2F800 and <= 0x2FA1F);
}

/// <summary>Canonical decomposition without nonspacing marks.</summary>
internal static class Accents
{
    private static readonly ConcurrentDictionary<Rune, string> Bases = new();

    /// <summary>What is left of a character; nothing where it is a mark itself.</summary>
    public static string BaseOf(Rune character) => Bases.GetOrAdd(character, static rune => string.Concat(
        CanonicalDecomposition.Of(rune).EnumerateRunes().Where(part => Rune.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)));
}

/// <summary>A sample as it is cut: in lower case, without accents or with words apart if the rules say so. Knows where in the sample each
/// character comes from.</summary>
internal sealed class NormalizedText
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _origins = [];

    private string? _frozen;

    public string Text => _frozen ??= _text.ToString();

    /// <summary>Where in the sample a character of <see cref="Text"/> comes from; both in UTF-16 units.</summary>
    public int Origin(int place) => _origins[place];

    internal void Append(Rune rune, int from)
    {
        if (rune.IsBmp)
        {
            _text.Append((char)rune.Value);
            _origins.Add(from);
            return;
        }

        Span<char> halves = stackalloc char[2];
        rune.EncodeToUtf16(halves);
        _text.Append(halves);
        _origins.Add(from);
        _origins.Add(from);
    }

    /// <summary>Appends a space, unless there is one or nothing before it.</summary>
    internal void Part(int from)
    {
        if (_text.Length > 0 && _text[^1] != ' ')
        {
            _text.Append(' ');
            _origins.Add(from);
        }
    }
}

/// <summary>How text is cut into words before they are cut into tokens: the same for learning
/// a vocabulary and for encoding by it.</summary>
internal interface IWordRules
{
    NormalizedText Normalize(string text);

    /// <summary>Where the words of normalised text lie.</summary>
    PreTokenizer PreTokenizer { get; }
}
