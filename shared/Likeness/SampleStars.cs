namespace Pipeline.Likeness;

/// <summary>Groups of samples that are nearly the same: each is a star, whose members are all alike to its first sample, the
/// representative. So nothing is drawn in by a chain of small steps, and what a sample belongs to follows from the samples before it
/// alone.</summary>
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
                sizes[centre] = sizes.GetValueOrDefault(centre, 1) + 1;
        }

        (Groups, Members, Largest) = (sizes.Count, sizes.Values.Sum(), sizes.Values.DefaultIfEmpty(0).Max());
        (_members, _centres) = (new int[Members], new int[Members]);
        var at = 0;
        foreach (var (sample, centre) in centres.Index())
        {
            if (centre != sample || sizes.ContainsKey(sample))
                (_members[at], _centres[at++]) = (sample, centre);
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
                centres[sample] = centre.Sample;
        }

        return new SampleStars(centres);
    }
}

/// <summary>Two samples that are nearly the same, of which the source puts one into validation or test and the other elsewhere.</summary>
/// <param name="HeldOut">Number of the one in validation or test.</param>
/// <param name="Split">Its split.</param>
public sealed record LeakedPair(int Training, int HeldOut, Split Split, double Correlation)
{
    /// <summary>Each sample that has a counterpart on the other side, with the one most like it. So all samples concerned are named, and
    /// there are no more pairs than samples however many are alike.</summary>
    /// <param name="splitOf">Of a sample: validation or test where supplied, otherwise train.</param>
    /// <returns>In order of the training samples, then of the held-out ones.</returns>
    public static IReadOnlyList<LeakedPair> Find(ISampleLooks looks, Func<int, Split> splitOf, CancellationToken cancellation = default)
    {
        if (Enumerable.Range(0, looks.Count).All(sample => splitOf(sample) == Split.Train))
            return [];

        var pairs = new HashSet<LeakedPair>();
        var ofHeldOut = new Dictionary<int, LeakedPair>();
        var alike = new List<Alike>();
        Func<int, bool> isHeldOut = other => splitOf(other) != Split.Train;
        for (var training = 0; training < looks.Count; training++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (splitOf(training) != Split.Train)
                continue;

            LeakedPair? closest = null;
            looks.FindAlike(training, isHeldOut, alike);
            foreach (var (heldOut, correlation) in alike)
            {
                var pair = new LeakedPair(training, heldOut, splitOf(heldOut), correlation);
                closest = closest is null || correlation > closest.Correlation ? pair : closest;
                if (!ofHeldOut.TryGetValue(heldOut, out var known) || correlation > known.Correlation)
                    ofHeldOut[heldOut] = pair;
            }

            if (closest is not null)
                pairs.Add(closest);
        }

        pairs.UnionWith(ofHeldOut.Values);
        return [.. pairs.OrderBy(pair => pair.Training).ThenBy(pair => pair.HeldOut)];
    }
}
