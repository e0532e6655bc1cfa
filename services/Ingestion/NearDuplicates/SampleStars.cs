namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// Groups of samples that are nearly the same: each is a star, whose members are all alike to its first sample, the representative. So nothing
/// is drawn in by a chain of small steps, and what a sample belongs to follows from the samples before it alone.
/// </summary>
public sealed class SampleStars
{
    private readonly int[] _centres;

    private SampleStars(int[] centres)
    {
        _centres = centres;
        var sizes = new int[centres.Length];
        foreach (var centre in centres)
        {
            sizes[centre]++;
        }

        var stars = sizes.Where(size => size > 1).ToList();
        (Groups, Members, Largest) = (stars.Count, stars.Sum(), stars.DefaultIfEmpty(0).Max());
    }

    public static SampleStars None { get; } = new([]);

    /// <summary>Stars of two samples or more.</summary>
    public int Groups { get; }

    /// <summary>Samples in them.</summary>
    public int Members { get; }

    /// <summary>Samples in the largest; 0 where there is none.</summary>
    public int Largest { get; }

    /// <summary>The representative of a sample's star: itself where it is alone.</summary>
    public int this[int sample] => _centres[sample];

    public static SampleStars Of(ISampleLooks looks, CancellationToken cancellation = default)
    {
        var centres = new int[looks.Count];
        for (var sample = 0; sample < centres.Length; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            var first = looks.AlikeTo(sample, other => other < sample && centres[other] == other).Select(alike => (int?)alike.Sample).FirstOrDefault();
            centres[sample] = first ?? sample;
        }

        return new SampleStars(centres);
    }
}
