using System.Numerics;
using Pipeline.Contracts;
using Pipeline.Ingestion.NearDuplicates;

namespace Pipeline.Tests.Benchmarks.NearDuplicates;

/// <summary>What one sample is compared by.</summary>
internal sealed record Look(ulong Hash, byte[] Thumbnail)
{
    /// <param name="pixels">[C, S, S].</param>
    public static Look Of(byte[] pixels, InputSpec input)
    {
        var thumbnail = new byte[Pipeline.Ingestion.NearDuplicates.Thumbnail.Bytes(input)];
        Pipeline.Ingestion.NearDuplicates.Thumbnail.Write(pixels, input, thumbnail);
        return new Look(PerceptualHash.Of(pixels, input), thumbnail);
    }

    public bool IsLike(Look other, Likeness likeness) =>
        BitOperations.PopCount(Hash ^ other.Hash) <= likeness.Distance &&
        Pipeline.Ingestion.NearDuplicates.Thumbnail.Correlation(Thumbnail, other.Thumbnail) >= likeness.Correlation;
}
