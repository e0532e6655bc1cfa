namespace Pipeline.Learning.Tokens;

/// <summary>Bases or residues in pieces of k letters that do not overlap: overlapping ones would show a masked base in the neighbours'
/// tokens. Its vocabulary is every piece of 1 to k letters of the alphabet, as the last piece of a sample can be shorter; a piece with any
/// other letter is unknown.</summary>
public sealed class KmerTokenizer : ITokenizer
{
    private readonly int _k;
    private readonly string[] _names;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    /// <param name="alphabet">Its letters, each once.</param>
    /// <param name="k">Letters in a piece; the vocabulary grows by its power.</param>
    public KmerTokenizer(string alphabet, int k)
    {
        _k = k;
        _names = [.. SpecialTokens.Names, .. Pieces(alphabet, k)];
        _ids = _names.Index()
            .ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Count => _names.Length;

    public SpecialTokens Special { get; } = new();

    public TokenSequence Encode(string text)
    {
        var count = (text.Length + _k - 1) / _k;
        var tokens = new TokenSequence(new int[count], new int[count], new bool[count]);
        for (var i = 0; i < count; i++)
        {
            tokens.Starts[i] = i * _k;
            tokens.Ids[i] = _ids.TryGetValue(text.AsSpan(i * _k, Math.Min(_k, text.Length - (i * _k))), out var id) ? id : Special.Unknown;
        }

        return tokens;
    }

    public string NameOf(int token) => _names[token];

    private static List<string> Pieces(string alphabet, int k)
    {
        List<string> pieces = [];
        IReadOnlyList<string> shorter = [""];
        for (var length = 1; length <= k; length++)
        {
            shorter = [.. shorter.SelectMany(piece => alphabet.Select(letter => piece + letter))];
            pieces.AddRange(shorter);
        }

        return pieces;
    }
}

/// <summary>Letters of DNA and protein. Ambiguity codes (IUPAC's N, X and others) are left out: unknown, never masked.</summary>
public static class Alphabets
{
    public const string Dna = "ACGT";

    /// <summary>The 20 residues of the standard code, selenocysteine and pyrrolysine.</summary>
    public const string Protein = "ACDEFGHIKLMNOPQRSTUVWY";

    public static string Of(string modality) => modality == Modalities.Dna ? Dna : Protein;
}
