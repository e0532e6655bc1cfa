using System.Numerics;
using Pipeline.Likeness;

namespace Pipeline.Tests.Benchmarks.Likeness;

/// <summary>What one sample is compared by.</summary>
internal sealed record Look(ulong Hash, byte[] Thumbnail)
{
    /// <param name="pixels">[C, S, S].</param>
    public static Look Of(byte[] pixels, InputSpec input)
    {
        var thumbnail = new byte[Pipeline.Likeness.Thumbnail.Bytes(input)];
        Pipeline.Likeness.Thumbnail.Write(pixels, input, thumbnail);
        return new Look(PerceptualHash.Of(pixels, input), thumbnail);
    }

    public bool IsLike(Look other, LikenessThresholds likeness) =>
        BitOperations.PopCount(Hash ^ other.Hash) <= likeness.Distance &&
        Pipeline.Likeness.Thumbnail.Correlation(Thumbnail, other.Thumbnail) >= likeness.Correlation;
}
