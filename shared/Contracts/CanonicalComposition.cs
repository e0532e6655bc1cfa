using System.Globalization;
using System.Text;

namespace Pipeline.Contracts;

/// <summary>
/// Unicode's normalisation form C (Unicode Standard Annex 15), by tables that lie in the program: the framework's own does nothing where there is no ICU, as in this program, and would differ
/// by machine where there is.
/// </summary>
public static class CanonicalComposition
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    /// <summary>Below it each character is its own form C, and joins with none before it.</summary>
    private const char FirstThatMatters = '\u0300';

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int, int), int> Compositions = [];
    private static readonly Dictionary<int, byte> Classes = [];

    static CanonicalComposition()
    {
        using var tables = new StreamReader(typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical.txt")!);
        while (tables.ReadLine() is { } line)
        {
            Add(line.Split(' '));
        }
    }

    /// <exception cref="ArgumentException">Half a surrogate pair stands alone.</exception>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstThatMatters, char.MaxValue) < 0)
        {
            return text;
        }

        // Characters of class 0 that follow each other, and those that combine with them, are looked at together; a part never reaches over ASCII.
        var composed = new StringBuilder(text.Length);
        var part = new List<int>();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && part.Count > 0)
            {
                Compose(part, composed);
            }

            Decompose(rune.Value, part);
        }

        Compose(part, composed);
        return composed.ToString();
    }

    private static void Decompose(int character, List<int> part)
    {
        if (character - HangulBase is >= 0 and < Syllables and var syllable)
        {
            part.Add(LeadBase + (syllable / (Vowels * Trails)));
            part.Add(VowelBase + (syllable % (Vowels * Trails) / Trails));
            if (syllable % Trails > 0)
            {
                part.Add(TrailBase + (syllable % Trails));
            }
        }
        else if (Decompositions.TryGetValue(character, out var parts))
        {
            foreach (var below in parts)
            {
                Decompose(below, part);
            }
        }
        else
        {
            part.Add(character);
        }
    }

    // Orders the part, composes it, writes it and empties it.
    private static void Compose(List<int> part, StringBuilder composed)
    {
        Order(part);
        var (starter, last) = (-1, 0);
        var kept = 0;
        for (var i = 0; i < part.Count; i++)
        {
            var (character, its) = (part[i], ClassOf(part[i]));
            // Blocked by what stands between, unless that is of a lower class.
            var isNext = starter >= 0 && (kept == starter + 1 || (last < its && last != 0));
            if (isNext && Joined(part[starter], character) is { } joined)
            {
                part[starter] = joined;
                continue;
            }

            if (its == 0)
            {
                starter = kept;
            }

            last = its;
            part[kept++] = character;
        }

        for (var i = 0; i < kept; i++)
        {
            composed.Append(new Rune(part[i]).ToString());
        }

        part.Clear();
    }

    // By class, stable, between characters of class 0.
    private static void Order(List<int> part)
    {
        for (var first = 0; first < part.Count; first++)
        {
            var end = first;
            while (end < part.Count && ClassOf(part[end]) != 0)
            {
                end++;
            }

            if (end - first > 1)
            {
                var ordered = part[first..end].OrderBy(ClassOf).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    part[first + i] = ordered[i];
                }
            }

            first = end;
        }
    }

    private static int? Joined(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return HangulBase + (((lead * Vowels) + vowel) * Trails);
        }

        if (first - HangulBase is >= 0 and < Syllables and var syllable && syllable % Trails == 0 && second - TrailBase is > 0 and < Trails and var trail)
        {
            return HangulBase + syllable + trail;
        }

        return Compositions.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static int ClassOf(int character) => character < FirstThatMatters ? 0 : Classes.GetValueOrDefault(character);

    private static void Add(string[] line)
    {
        switch (line[0])
        {
            case "d" or "e":
                Decompositions[Hex(line[1])] = [.. line[2..].Select(Hex)];
                if (line[0] == "d")
                {
                    Compositions[(Hex(line[2]), Hex(line[3]))] = Hex(line[1]);
                }

                break;
            case "c":
                for (var character = Hex(line[1]); character <= Hex(line[2]); character++)
                {
                    Classes[character] = byte.Parse(line[3], CultureInfo.InvariantCulture);
                }

                break;
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
