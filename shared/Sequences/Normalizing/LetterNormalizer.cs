using System.Text;

namespace Pipeline.Sequences.Normalizing;

/// <summary>Bases or residues in upper case. Rejects unknown letters and, from a hundred letters on, what looks written in the other
/// alphabet: bases of which more than half are ambiguous codes other than N, and residues that are bases alone.</summary>
/// <param name="most">Letters.</param>
internal sealed class LetterNormalizer(Alphabet alphabet, int most) : ISequenceNormalizer
{
    private const int EnoughToTell = 100;

    private readonly StringBuilder _letters = new();
    private int _ambiguous;
    private int _any;
    private int _bases;

    public void Append(ReadOnlySpan<byte> utf8, int line)
    {
        for (var at = 0; at < utf8.Length; at++)
        {
            var written = alphabet[utf8[at]];
            if (written == Alphabet.None)
            {
                Rune.DecodeFromUtf8(utf8[at..], out var shown, out _);
                throw new SequenceRejectedException(
                    RejectionReason.WrongAlphabet, $"line {line} has '{(Rune.IsControl(shown) ? $"%{shown.Value:X2}" : shown)}' at letter "
                        + $"{at + 1}; letters of {alphabet.Name} must be {alphabet.Others}");
            }

            if (written != Alphabet.Skipped)
                Add((char)(utf8[at] & ~0x20), written);
        }

        if (_letters.Length > most)
            throw new SequenceRejectedException(RejectionReason.SequenceTooLong, $"more than {most} letters by line {line}");
    }

    public string Finish()
    {
        var length = _letters.Length;
        if (length > 0 && _any == length)
        {
            throw new SequenceRejectedException(
                RejectionReason.Blank, $"no letter of the sequence is known: {length} times {alphabet.Any}");
        }

        var other = length < EnoughToTell ? null
            : alphabet == Alphabet.Dna && 2 * _ambiguous > length
                ? $"{_ambiguous} of its {length} letters are ambiguous codes: it is a protein, by its letters"
            : alphabet == Alphabet.Protein && _bases == length
                ? $"its {length} letters are A, C, G, T, U and N alone: it is DNA or RNA, by its letters"
            : null;
        return other is null ? _letters.ToString() : throw new SequenceRejectedException(RejectionReason.WrongAlphabet, other);
    }

    private void Add(char upper, char written)
    {
        _letters.Append(written);
        _any += written == alphabet.Any ? 1 : 0;
        _ambiguous += written == alphabet.Any && upper != alphabet.Any ? 1 : 0;
        _bases += "ACGTUN".Contains(upper, StringComparison.Ordinal) ? 1 : 0;
    }
}

/// <summary>Letters of sequences, and what is written for others by IUPAC's codes. Gaps of alignments and stops, <c>-</c>, <c>.</c> and
/// <c>*</c>, are left out.</summary>
internal sealed class Alphabet
{
    public const char None = '\0', Skipped = ' ';

    private readonly char[] _letters = new char[256];

    private Alphabet(string name, string letters, char any, string ambiguous, string same, string others)
    {
        (Name, Any, Others) = (name, any, others);
        foreach (var letter in "-.* \t\r\n\v\f")
            _letters[letter] = Skipped;

        foreach (var letter in letters)
            Map(letter, letter);

        foreach (var letter in ambiguous)
            Map(letter, any);

        for (var i = 0; i < same.Length; i += 2)
            Map(same[i], same[i + 1]);
    }

    /// <summary>Uracil is written as thymine.</summary>
    public static Alphabet Dna { get; } = new("DNA", "ACGT", 'N', "NRYSWKMBDHV", "UT", "ACGTUN and IUPAC's RYSWKMBDHV");

    public static Alphabet Protein { get; } = new("protein", "ACDEFGHIKLMNPQRSTVWY", 'X', "XBZJUO", "", "ACDEFGHIKLMNPQRSTVWY and BJOUXZ");
    public string Name { get; }
    public char Any { get; }
    public string Others { get; }

    /// <summary>The letter as it is written, in upper case; or <see cref="None"/> or <see cref="Skipped"/>.</summary>
    public char this[byte letter] => _letters[letter];

    private void Map(char letter, char to) => _letters[letter] = _letters[char.ToLowerInvariant(letter)] = to;
}
