using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Divides the samples that the source leaves open, by a hash of the seed and of the pixels of the group's representative alone: a sample's split does
/// not change when unrelated ones come or go, and those that are nearly the same picture never part. A split that the source supplies is used as it is, and nothing else is put into it.
/// </summary>
public sealed class SplitRule(SplitSpec spec, IReadOnlyCollection<Split> supplied)
{
    private readonly double _validation = supplied.Contains(Split.Validation) ? 0 : spec.Validation;
    private readonly double _test = supplied.Contains(Split.Test) ? 0 : spec.Test;

    /// <param name="digest">SHA-256 of the representative's pixels.</param>
    /// <param name="split">Validation or test where supplied, otherwise train.</param>
    public Split Of(ReadOnlySpan<byte> digest, Split split)
    {
        if (split != Split.Train)
        {
            return split;
        }

        Span<byte> key = stackalloc byte[sizeof(ulong) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(key, spec.Seed);
        digest.CopyTo(key[sizeof(ulong)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        var share = BinaryPrimitives.ReadUInt64LittleEndian(hash) / Math.Pow(2, 64);
        return share < _test ? Split.Test : share < _test + _validation ? Split.Validation : Split.Train;
    }
}
