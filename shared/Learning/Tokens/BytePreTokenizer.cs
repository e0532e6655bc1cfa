using System.Globalization;
using System.Text;

namespace Pipeline.Learning.Tokens;

/// <summary>
/// GPT-2's words (Radford et al. 2019): <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. By hand, as a regular expression of .NET sees halves of the
/// characters beyond the basic plane. Nothing is lost: the words put together are the text.
/// </summary>
internal sealed class BytePreTokenizer(bool lowerCase) : IPreTokenizer
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Class { Letter, Number, Space, Other }

    public PreTokens Cut(string text)
    {
        var cut = new PreTokens();
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            Append(cut, rune, place);
            place += rune.Utf16SequenceLength;
        }

        var normalized = cut.Text;
        for (var start = 0; start < normalized.Length;)
        {
            var end = EndOfWord(normalized, start);
            cut.Word(start, end);
            start = end;
        }

        return cut;
    }

    private void Append(PreTokens cut, Rune rune, int from)
    {
        if (lowerCase && rune.Value == 0x130)
        {
            // The one character whose lower case is two.
            cut.Append(new Rune('i'), from);
            cut.Append(new Rune(0x307), from);
        }
        else
        {
            cut.Append(lowerCase ? Rune.ToLowerInvariant(rune) : rune, from);
        }
    }

    private static int EndOfWord(string text, int start)
    {
        foreach (var contraction in Contractions)
        {
            if (string.CompareOrdinal(text, start, contraction, 0, contraction.Length) == 0)
            {
                return start + contraction.Length;
            }
        }

        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        if (ClassAt(text, first) is var kind && kind != Class.Space)
        {
            return EndOfRun(text, first, kind);
        }

        // The last of several spaces belongs to the word behind them.
        var end = EndOfRun(text, start, Class.Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    private static int EndOfRun(string text, int start, Class kind)
    {
        var end = start;
        while (end < text.Length && ClassAt(text, end) == kind)
        {
            end += Rune.GetRuneAt(text, end).Utf16SequenceLength;
        }

        return end;
    }

    private static Class ClassAt(string text, int place)
    {
        var rune = Rune.GetRuneAt(text, place);
        return Rune.IsWhiteSpace(rune) ? Class.Space : Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Class.Letter,
            >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => Class.Number,
            _ => Class.Other,
        };
    }
}
