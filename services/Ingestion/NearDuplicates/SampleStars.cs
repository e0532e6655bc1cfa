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
        // Of those alone, which are most, nothing is kept.
        var sizes = new Dictionary<int, int>();
        foreach (var (_, centre) in centres.Index().Where(entry => entry.Item != entry.Index))
        {
            sizes[centre] = sizes.GetValueOrDefault(centre, 1) + 1;
        }

        (Groups, Members, Largest) = (sizes.Count, sizes.Values.Sum(), sizes.Values.DefaultIfEmpty(0).Max());
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
        // One for all samples: a million of them are a million objects.
        Func<int, bool> isCentre = other => centres[other] == other;
        for (var sample = 0; sample < centres.Length; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            centres[sample] = sample;
            foreach (var centre in looks.AlikeTo(sample, isCentre, below: sample))
            {
                centres[sample] = centre.Sample;
                break;
            }
        }

        return new SampleStars(centres);
    }
}
