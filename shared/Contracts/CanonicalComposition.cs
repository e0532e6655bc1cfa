using System.Globalization;
using System.Text;
using ADRaffy.ENSNormalize;

namespace Pipeline.Contracts;

/// <summary>Unicode 16's normalisation form C (Unicode Standard Annex 15). By a library: where globalization is invariant, as here, the
/// framework returns the text as it is, and elsewhere its answer depends on the machine's ICU.</summary>
public static class CanonicalComposition
{
    /// <summary>Below it each character is its own form C, and combines with none before it.</summary>
    private const char FirstThatMatters = '\u0300';

    /// <summary>A longer run of combining marks is composed in pieces: the library takes
    /// the square of a run's length to order it.</summary>
    private const int LongestRun = 256;

    /// <summary>Half a surrogate pair becomes U+FFFD.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstThatMatters, char.MaxValue) < 0)
            return text;

        var composed = new StringBuilder(text.Length);
        var part = new List<int>();
        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            marks = rune.Value >= FirstThatMatters && IsMark(rune) ? marks + 1 : 0;
            // Nothing combines with what stands before an ASCII character.
            if (rune.IsAscii || marks > LongestRun)
            {
                Compose();
                marks = 0;
            }

            part.Add(rune.Value);
        }

        Compose();
        return composed.ToString();

        void Compose()
        {
            foreach (var character in part.Exists(character => character >= FirstThatMatters) ? ENSNormalize.NF.NFC(part) : part)
                composed.Append(new Rune(character).ToString());
            part.Clear();
        }
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}

/// <summary>Unicode 16's normalisation form D, by the same library.</summary>
public static class CanonicalDecomposition
{
    public static string Of(Rune character) => character.IsAscii ? character.ToString() : ENSNormalize.NF.NFD(character.ToString());
}
