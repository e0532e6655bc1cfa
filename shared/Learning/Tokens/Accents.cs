using System.Globalization;
using System.Text;

namespace Pipeline.Learning.Tokens;

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
