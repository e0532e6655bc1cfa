using Pipeline.Contracts;

namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>Two samples that are nearly the same, of which the source puts one into validation or test and the other elsewhere.</summary>
/// <param name="HeldOut">Number of the one in validation or test.</param>
/// <param name="Split">Its split.</param>
public sealed record LeakedPair(int Training, int HeldOut, Split Split, double Correlation)
{
    /// <summary>
    /// Each sample that has a counterpart on the other side, with the one most like it. So all samples concerned are named, and there are no more pairs
    /// than samples however many are alike.
    /// </summary>
    /// <param name="splitOf">Of a sample: validation or test where supplied, otherwise train.</param>
    /// <returns>In order of the training samples, then of the held-out ones.</returns>
    public static IReadOnlyList<LeakedPair> Find(ISampleLooks looks, Func<int, Split> splitOf, CancellationToken cancellation = default)
    {
        if (Enumerable.Range(0, looks.Count).All(sample => splitOf(sample) == Split.Train))
        {
            return [];
        }

        var pairs = new HashSet<LeakedPair>();
        var ofHeldOut = new Dictionary<int, LeakedPair>();
        var alike = new List<Alike>();
        Func<int, bool> isHeldOut = other => splitOf(other) != Split.Train;
        for (var training = 0; training < looks.Count; training++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (splitOf(training) != Split.Train)
            {
                continue;
            }

            LeakedPair? closest = null;
            looks.FindAlike(training, isHeldOut, alike);
            foreach (var (heldOut, correlation) in alike)
            {
                var pair = new LeakedPair(training, heldOut, splitOf(heldOut), correlation);
                closest = closest is null || correlation > closest.Correlation ? pair : closest;
                if (!ofHeldOut.TryGetValue(heldOut, out var known) || correlation > known.Correlation)
                {
                    ofHeldOut[heldOut] = pair;
                }
            }

            if (closest is not null)
            {
                pairs.Add(closest);
            }
        }

        pairs.UnionWith(ofHeldOut.Values);
        return [.. pairs.OrderBy(pair => pair.Training).ThenBy(pair => pair.HeldOut)];
    }
}
