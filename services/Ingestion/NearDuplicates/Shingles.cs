using System.IO.Hashing;
using System.Runtime.InteropServices;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// Pieces of a sequence that overlap, by which two are held against each other: 5 characters of text, whatever their case and white space; 11 bases or 5 residues. Bases count as the first,
/// in the alphabet, of themselves and their reverse complement, so that a strand is like its other one. Pieces with N or X are left out.
/// </summary>
internal static class Shingles
{
    /// <summary>Neither so short that long samples share most by chance, nor so long that a change takes many.</summary>
    private const int Characters = 5, Bases = 11, Residues = 5;

    /// <returns>A hash of each piece, as they come; of a sequence shorter than a piece that of all of it. Empty where no piece is known.</returns>
    public static uint[] Of(string modality, ReadOnlySpan<char> sequence) => modality switch
    {
        Modalities.Dna => Pieces(sequence, Bases, 'N', Canonical),
        Modalities.Protein => Pieces(sequence, Residues, 'X', Hash),
        _ => Pieces(Folded(sequence), Characters, '\0', Hash),
    };

    private static uint[] Pieces(ReadOnlySpan<char> sequence, int length, char unknown, Func<ReadOnlySpan<char>, uint> hash)
    {
        var size = Math.Min(length, sequence.Length);
        var pieces = new List<uint>(Math.Max(0, sequence.Length - size + 1));
        var known = 0;
        for (var end = 0; end < sequence.Length; end++)
        {
            known = sequence[end] == unknown ? 0 : known + 1;
            if (known >= size)
            {
                pieces.Add(hash(sequence.Slice(end + 1 - size, size)));
            }
        }

        return [.. pieces];
    }

    private static uint Hash(ReadOnlySpan<char> piece) => (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(piece));

    private static uint Canonical(ReadOnlySpan<char> piece)
    {
        Span<char> reverse = stackalloc char[piece.Length];
        for (var i = 0; i < piece.Length; i++)
        {
            reverse[^(i + 1)] = piece[i] switch { 'A' => 'T', 'C' => 'G', 'G' => 'C', _ => 'A' };
        }

        return Hash(piece.SequenceCompareTo(reverse) <= 0 ? piece : reverse);
    }

    private static char[] Folded(ReadOnlySpan<char> text)
    {
        var folded = new char[text.Length];
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = char.IsWhiteSpace(text[i]) ? ' ' : char.ToLowerInvariant(text[i]);
        }

        return folded;
    }
}
