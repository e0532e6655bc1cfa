namespace Pipeline.Likeness;

/// <summary>Groups of near-duplicates: each is a star, whose members are all alike to its first sample, the representative. So no chain of
/// small steps joins samples, and a sample's group follows from the samples before it alone.</summary>
public sealed class SampleStars
{
    /// <summary>Samples that are not alone, ascending, and the centre of each.</summary>
    private readonly int[] _members, _centres;

    /// <param name="centres">By sample.</param>
    private SampleStars(int[] centres)
    {
        // Of each star, without the centre itself.
        var sizes = centres.Where((centre, sample) => centre != sample).CountBy(centre => centre).ToDictionary();
        _members = [.. Enumerable.Range(0, centres.Length).Where(sample => centres[sample] != sample || sizes.ContainsKey(sample))];
        _centres = [.. _members.Select(sample => centres[sample])];
        (Groups, Largest) = (sizes.Count, sizes.Count == 0 ? 0 : sizes.Values.Max() + 1);
    }

    public static SampleStars None { get; } = new([]);

    /// <summary>Stars of two samples or more.</summary>
    public int Groups { get; }

    public int Members => _members.Length;

    /// <summary>Samples in the largest; 0 where there is none.</summary>
    public int Largest { get; }

    /// <summary>The representative of a sample's star: itself where it is alone.</summary>
    public int this[int sample] => Array.BinarySearch(_members, sample) is >= 0 and var at ? _centres[at] : sample;

    public static SampleStars Of(SampleLooks looks, CancellationToken cancellation = default)
    {
        var centres = new int[looks.Count];
        var alike = new List<Alike>(1);
        // One delegate for all samples.
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
    /// <summary>Pairs each sample that has a counterpart on the other side with the one most like it: every such sample is named, and there
    /// are no more pairs than samples.</summary>
    /// <param name="splitOf">Of a sample: validation or test where supplied, otherwise train.</param>
    /// <returns>In order of the training samples, then of the held-out ones.</returns>
    public static IReadOnlyList<LeakedPair> Find(SampleLooks looks, Func<int, Split> splitOf, CancellationToken cancellation = default)
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
