namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// Groups of samples that are nearly the same: each is a star, whose members are all alike to its first sample, the representative. So nothing
/// is drawn in by a chain of small steps, and what a sample belongs to follows from the samples before it alone.
/// </summary>
public sealed class SampleStars
{
    /// <summary>Samples that are not alone, ascending: of the others, which are most, nothing is kept.</summary>
    private readonly int[] _members;

    /// <summary>Of each of them.</summary>
    private readonly int[] _centres;

    /// <param name="centres">By sample.</param>
    private SampleStars(int[] centres)
    {
        var sizes = new Dictionary<int, int>();
        foreach (var (sample, centre) in centres.Index())
        {
            if (centre != sample)
            {
                sizes[centre] = sizes.GetValueOrDefault(centre, 1) + 1;
            }
        }

        (Groups, Members, Largest) = (sizes.Count, sizes.Values.Sum(), sizes.Values.DefaultIfEmpty(0).Max());
        (_members, _centres) = (new int[Members], new int[Members]);
        var at = 0;
        foreach (var (sample, centre) in centres.Index())
        {
            if (centre != sample || sizes.ContainsKey(sample))
            {
                (_members[at], _centres[at++]) = (sample, centre);
            }
        }
    }

    public static SampleStars None { get; } = new([]);

    /// <summary>Stars of two samples or more.</summary>
    public int Groups { get; }

    /// <summary>Samples in them.</summary>
    public int Members { get; }

    /// <summary>Samples in the largest; 0 where there is none.</summary>
    public int Largest { get; }

    /// <summary>The representative of a sample's star: itself where it is alone.</summary>
    public int this[int sample] => Array.BinarySearch(_members, sample) is >= 0 and var at ? _centres[at] : sample;

    public static SampleStars Of(ISampleLooks looks, CancellationToken cancellation = default)
    {
        var centres = new int[looks.Count];
        var alike = new List<Alike>(1);
        // One for all samples: a million of them are a million objects.
        Func<int, bool> isCentre = other => centres[other] == other;
        for (var sample = 0; sample < centres.Length; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            centres[sample] = sample;
            looks.FindAlike(sample, isCentre, alike, most: 1, below: sample);
            if (alike is [var centre])
            {
                centres[sample] = centre.Sample;
            }
        }

        return new SampleStars(centres);
    }
}
