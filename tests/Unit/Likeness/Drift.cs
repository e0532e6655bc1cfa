using System.Numerics;
using Pipeline.Likeness;

namespace Pipeline.Tests.Unit.Likeness;

/// <summary>Samples that drift: each is nearly the one before, and the last nothing like the first. Strands of such, mixed.</summary>
internal sealed class Drift
{
    public static readonly LikenessThresholds Likeness = new(6, 0.98);

    private readonly List<(ulong Hash, byte[] Thumbnail)> _samples = [];

    public Drift(int seed, int strands, int length)
    {
        var random = new Random(seed);
        for (var strand = 0; strand < strands; strand++)
        {
            var hash = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            var thumbnail = new byte[256];
            random.NextBytes(thumbnail);
            for (var i = 0; i < length; i++)
            {
                _samples.Add((hash, [.. thumbnail]));
                hash ^= (1UL << random.Next(64)) | (1UL << random.Next(64));
                thumbnail[random.Next(256)] ^= 0xFF;
            }
        }

        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_samples));
    }

    public int Count => _samples.Count;

    public PictureLooks Looks()
    {
        var looks = new PictureLooks(Likeness, 256, capacity: Count + 1000);
        foreach (var (hash, thumbnail) in _samples)
            looks.Add(hash, thumbnail);

        return looks;
    }

    public bool AreAlike(int one, int other) =>
        BitOperations.PopCount(_samples[one].Hash ^ _samples[other].Hash) <= Likeness.Distance
        && Correlation(one, other) >= Likeness.Correlation;

    public double Correlation(int one, int other) => Thumbnail.Correlation(_samples[one].Thumbnail, _samples[other].Thumbnail);
}
