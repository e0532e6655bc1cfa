namespace Pipeline.Ingestion.Sequences;

/// <summary>Letters of sequences, and what is written for others by IUPAC's codes. Gaps of alignments and stops, <c>-</c>, <c>.</c> and <c>*</c>, are left out.</summary>
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
        {
            _letters[letter] = Skipped;
        }

        foreach (var letter in letters)
        {
            Map(letter, letter);
        }

        foreach (var letter in ambiguous)
        {
            Map(letter, any);
        }

        for (var i = 0; i < same.Length; i += 2)
        {
            Map(same[i], same[i + 1]);
        }
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
