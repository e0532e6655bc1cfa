using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Likeness;

/// <summary>Signatures of sets whose equal places, as a share, estimate the sets' resemblance, |A ∩ B| / |A ∪ B|, with a standard deviation
/// of at most 0.046 (Broder 1997, <i>On the resemblance and containment of documents</i>).</summary>
public static class MinHash
{
    public const int Places = 120;

    /// <summary>What an empty set has everywhere.</summary>
    public const uint Nothing = uint.MaxValue;

    private static readonly uint[] Seeds =
        [.. Enumerable.Range(1, Places).Select(place => Mixed(new Vector<uint>((uint)place * 0x9E3779B9))[0])];

    /// <param name="set">Hashes of its members; the same more than once counts once.</param>
    /// <param name="signature">Of <see cref="Places"/>.</param>
    public static void Write(ReadOnlySpan<uint> set, Span<uint> signature)
    {
        signature.Fill(Nothing);
        var width = Vector<uint>.Count;
        var vectors = Places / width * width;
        foreach (var member in set)
        {
            var hash = new Vector<uint>(member);
            for (var i = 0; i < vectors; i += width)
            {
                var place = signature.Slice(i, width);
                Vector.Min(new Vector<uint>(place), Mixed(hash ^ new Vector<uint>(Seeds, i))).CopyTo(place);
            }

            for (var i = vectors; i < Places; i++)
                signature[i] = Math.Min(signature[i], Mixed(new Vector<uint>(member ^ Seeds[i]))[0]);
        }
    }

    /// <returns>0 to 1; 0 where one set is empty.</returns>
    public static double Resemblance(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        var same = 0;
        for (var i = 0; i < Places; i++)
            same += left[i] == right[i] && left[i] != Nothing ? 1 : 0;

        return (double)same / Places;
    }

    // The finaliser of MurmurHash3: each bit of the hash affects each.
    private static Vector<uint> Mixed(Vector<uint> hash)
    {
        hash = (hash ^ Vector.ShiftRightLogical(hash, 16)) * new Vector<uint>(0x85EBCA6B);
        hash = (hash ^ Vector.ShiftRightLogical(hash, 13)) * new Vector<uint>(0xC2B2AE35);
        return hash ^ Vector.ShiftRightLogical(hash, 16);
    }
}

/// <summary>Overlapping pieces of a sequence, by which two are compared: 5 characters of text, whatever their case and white space; 11
/// bases or 5 residues. Bases count as the first, in the alphabet, of themselves and their reverse complement, so that both strands are
/// alike. Pieces with N or X are left out.</summary>
public static class Shingles
{
    // Neither so short that long samples share most by chance, nor so long that a change takes many.
    private const int Characters = 5, Bases = 11, Residues = 5;

    /// <returns>A hash of each piece, in order; of a sequence shorter than a piece the hash of all of it.</returns>
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
                pieces.Add(hash(sequence.Slice(end + 1 - size, size)));
        }

        return [.. pieces];
    }

    private static uint Hash(ReadOnlySpan<char> piece) => (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(piece));

    private static uint Canonical(ReadOnlySpan<char> piece)
    {
        Span<char> reverse = stackalloc char[piece.Length];
        for (var i = 0; i < piece.Length; i++)
            reverse[^(i + 1)] = piece[i] switch { 'A' => 'T', 'C' => 'G', 'G' => 'C', _ => 'A' };

        return Hash(piece.SequenceCompareTo(reverse) <= 0 ? piece : reverse);
    }

    private static char[] Folded(ReadOnlySpan<char> text)
    {
        var folded = new char[text.Length];
        for (var i = 0; i < folded.Length; i++)
            folded[i] = char.IsWhiteSpace(text[i]) ? ' ' : char.ToLowerInvariant(text[i]);

        return folded;
    }
}
