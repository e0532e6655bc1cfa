using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>Words as in GPT-2 (Radford et al. 2019), in lower case if asked. Joined, they are the text again.</summary>
internal sealed class Gpt2Rules(bool lowerCase) : IWordRules
{
    public PreTokenizer PreTokenizer { get; } = new Gpt2PreTokenizer();

    public NormalizedText Normalize(string text)
    {
        var normalized = new NormalizedText();
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (lowerCase && rune.Value == 0x130)
            {
                // The one character whose lower case is two.
                normalized.Append(new Rune('i'), place);
                normalized.Append(new Rune(0x307), place);
            }
            else
            {
                normalized.Append(lowerCase ? Rune.ToLowerInvariant(rune) : rune, place);
            }

            place += rune.Utf16SequenceLength;
        }

        return normalized;
    }
}

/// <summary>GPT-2's words: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. A regular expression of .NET
/// sees halves of the characters beyond the basic plane, so it is shown others of their class instead. A word without end is cut: the
/// library takes time with the square of a word's length.</summary>
internal sealed class Gpt2PreTokenizer : PreTokenizer
{
    /// <summary>UTF-16 units.</summary>
    internal const int LongestWord = 4096;

    private static readonly SearchValues<char> Halves =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(half => (char)half)]);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        foreach (var (offset, length) in RobertaPreTokenizer.Instance.PreTokenize(
            text.AsSpan().ContainsAny(Halves) ? WithinBasicPlane(text) : text))
        {
            var (start, end) = (offset, offset + length);
            while (end - start > LongestWord)
            {
                var cut = start + LongestWord - (char.IsHighSurrogate(text[start + LongestWord - 1]) ? 1 : 0);
                yield return (start, cut - start);
                start = cut;
            }

            yield return (start, end - start);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    // As long as the text; letters that begin no contraction, numbers, neither.
    private static string WithinBasicPlane(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp)
            {
                shown.Append((char)rune.Value);
                continue;
            }

            shown.Append(Rune.GetUnicodeCategory(rune) switch
            {
                <= UnicodeCategory.OtherLetter => 'x',
                >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => '0',
                _ => '*',
            }, 2);
        }

        return shown.ToString();
    }
}
