using System.Text;

namespace Pipeline.Sequences.Normalizing;

/// <summary>Bases or residues in upper case. Rejected is what is written in the other alphabet: letters that there are not; bases of which
/// more than half are ambiguous codes other than N; residues that are bases alone, where there are a hundred or more.</summary>
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
            var letter = utf8[at];
            if (!alphabet.IsValid(letter))
            {
                Rune.DecodeFromUtf8(utf8[at..], out var shown, out _);
                throw new SequenceRejectedException(
                    RejectionReason.WrongAlphabet, $"line {line} has '{(Rune.IsControl(shown) ? $"%{shown.Value:X2}" : shown)}' at letter "
                        + $"{at + 1}; letters of {alphabet.Name} must be {alphabet.Others}");
            }

            if (!alphabet.IsSkipped(letter))
                Add(letter);
        }

        if (_letters.Length > most)
            throw new SequenceRejectedException(RejectionReason.SequenceTooLong, $"more than {most} letters by line {line}");
    }

    public string Finish()
    {
        if (_letters.Length > 0 && _any == _letters.Length)
        {
            throw new SequenceRejectedException(
                RejectionReason.Blank, $"no letter of the sequence is known: {_letters.Length} times {alphabet.Any}");
        }

        if (alphabet == Alphabet.Dna && _letters.Length >= EnoughToTell && 2 * _ambiguous > _letters.Length)
        {
            throw new SequenceRejectedException(
                RejectionReason.WrongAlphabet,
                $"{_ambiguous} of its {_letters.Length} letters are ambiguous codes: it is a protein, by its letters");
        }

        return alphabet == Alphabet.Protein && _letters.Length >= EnoughToTell && _bases == _letters.Length
            ? throw new SequenceRejectedException(
                RejectionReason.WrongAlphabet,
                $"its {_letters.Length} letters are A, C, G, T, U and N alone: it is DNA or RNA, by its letters")
            : _letters.ToString();
    }

    private void Add(byte letter)
    {
        var written = alphabet[letter];
        var upper = (char)(letter & ~0x20);
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
    private const byte Invalid = 0;
    private const byte Skipped = 1;

    private readonly byte[] _letters = new byte[256];

    private Alphabet(string name, string letters, char any, string ambiguous, string same, string others)
    {
        (Name, Any, Others) = (name, any, others);
        Array.Fill(_letters, Invalid);
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

    /// <summary>The twenty amino acids of the genetic code.</summary>
    public static Alphabet Protein { get; } = new("protein", "ACDEFGHIKLMNPQRSTVWY", 'X', "XBZJUO", "", "ACDEFGHIKLMNPQRSTVWY and BJOUXZ");

    public string Name { get; }

    /// <summary>Stands for any letter.</summary>
    public char Any { get; }

    /// <summary>What is read, for errors.</summary>
    public string Others { get; }

    public bool IsValid(byte letter) => _letters[letter] != Invalid;

    public bool IsSkipped(byte letter) => _letters[letter] == Skipped;

    /// <summary>As it is written: upper case.</summary>
    public char this[byte letter] => (char)_letters[letter];

    private void Map(char letter, char to) => _letters[letter] = _letters[char.ToLowerInvariant(letter)] = (byte)to;
}
