using System.Numerics;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// Signatures of sets whose equal places, as a share, estimate the sets' resemblance, |A ∩ B| / |A ∪ B|, with a standard deviation of at most 0.046 (Broder 1997, <i>On the resemblance and
/// containment of documents</i>).
/// </summary>
internal static class MinHash
{
    /// <summary>Places of a signature.</summary>
    public const int Places = 120;

    /// <summary>What an empty set has everywhere.</summary>
    public const uint Nothing = uint.MaxValue;

    private static readonly uint[] Seeds = MakeSeeds();

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
            {
                signature[i] = Math.Min(signature[i], Mixed(member ^ Seeds[i]));
            }
        }
    }

    /// <returns>0 to 1; 0 where one set is empty.</returns>
    public static double Resemblance(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        var same = 0;
        for (var i = 0; i < Places; i++)
        {
            same += left[i] == right[i] && left[i] != Nothing ? 1 : 0;
        }

        return (double)same / Places;
    }

    // The finaliser of MurmurHash3: each bit of the hash bears on each.
    private static Vector<uint> Mixed(Vector<uint> hash)
    {
        hash = (hash ^ Vector.ShiftRightLogical(hash, 16)) * new Vector<uint>(0x85EBCA6B);
        hash = (hash ^ Vector.ShiftRightLogical(hash, 13)) * new Vector<uint>(0xC2B2AE35);
        return hash ^ Vector.ShiftRightLogical(hash, 16);
    }

    private static uint Mixed(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private static uint[] MakeSeeds()
    {
        var seeds = new uint[Places];
        for (var i = 0; i < Places; i++)
        {
            seeds[i] = Mixed((uint)(i + 1) * 0x9E3779B9);
        }

        return seeds;
    }
}
