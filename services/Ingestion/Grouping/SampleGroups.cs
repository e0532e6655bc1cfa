using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Grouping;

/// <summary>What falls into one split together: samples that are joined by any chain of stars and documents. The first sample of a group is
/// its representative.</summary>
internal static class SampleGroups
{
    /// <param name="documents">By sample; equal numbers are the same document.</param>
    /// <returns>By sample, the first of its group.</returns>
    public static int[] Of(SampleStars stars, IReadOnlyList<int> documents)
    {
        var parents = Enumerable.Range(0, documents.Count).ToArray();
        var firsts = new Dictionary<int, int>();
        for (var sample = 0; sample < parents.Length; sample++)
        {
            Join(sample, stars[sample]);
            if (!firsts.TryAdd(documents[sample], sample))
                Join(sample, firsts[documents[sample]]);
        }

        for (var sample = 0; sample < parents.Length; sample++)
            parents[sample] = RootOf(sample);

        return parents;

        // A root is the least of its group.
        void Join(int one, int other)
        {
            var (low, high) = (RootOf(one), RootOf(other));
            if (low != high)
                parents[Math.Max(low, high)] = Math.Min(low, high);
        }

        int RootOf(int sample)
        {
            while (parents[sample] != sample)
            {
                parents[sample] = parents[parents[sample]];
                sample = parents[sample];
            }

            return sample;
        }
    }
}

/// <summary>Divides the samples that the source leaves open, by a hash of the seed and of the pixels of the group's representative alone: a
/// sample's split does not change when unrelated ones come or go, and near-duplicates stay together. A split that the source supplies is
/// used as it is, and nothing else is put into it.</summary>
public sealed class SplitRule(SplitSpec spec, IReadOnlyCollection<Split> supplied)
{
    private readonly double _validation = supplied.Contains(Split.Validation) ? 0 : spec.Validation;
    private readonly double _test = supplied.Contains(Split.Test) ? 0 : spec.Test;

    /// <param name="digest">SHA-256 of the representative's pixels.</param>
    /// <param name="split">Validation or test where supplied, otherwise train.</param>
    public Split Of(PixelDigest digest, Split split)
    {
        if (split != Split.Train)
            return split;

        Span<byte> key = stackalloc byte[sizeof(ulong) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(key, spec.Seed);
        digest.CopyTo(key[sizeof(ulong)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        var share = BinaryPrimitives.ReadUInt64LittleEndian(hash) / Math.Pow(2, 64);
        return share < _test ? Split.Test : share < _test + _validation ? Split.Validation : Split.Train;
    }
}
