using System.Runtime.InteropServices;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Samples with the same pixels, of which one is kept: the first, unless a copy lies in a supplied test or validation split, so that no picture of
/// those is trained on. A label that any copy has counts for the one that is kept; where copies disagree it has none.
/// </summary>
/// <param name="capacity">How many there may be.</param>
public sealed class DistinctSamples(int capacity)
{
    private const int Unlabelled = -1;

    private readonly Dictionary<PixelDigest, Sample> _samples = new(capacity);

    /// <summary>How many were added.</summary>
    public long Added { get; private set; }

    /// <summary>Of different pixels.</summary>
    public int Count => _samples.Count;

    /// <summary>Labels that a kept sample has, ascending.</summary>
    public SortedSet<int> Labels => [.. _samples.Values.Select(sample => sample.KeptLabel).Where(label => label != Unlabelled)];

    /// <summary>In order of the items.</summary>
    /// <param name="item">Its number in the import.</param>
    /// <param name="label">−1 where there is none.</param>
    /// <param name="supplied">Null where the source leaves it open.</param>
    /// <returns>Whether no sample before had these pixels.</returns>
    public bool Add(PixelDigest digest, int item, int label, Split? supplied)
    {
        Added++;
        var number = Count;
        ref var sample = ref CollectionsMarshal.GetValueRefOrAddDefault(_samples, digest, out var known);
        var fixedSplit = supplied is Split.Validation or Split.Test ? supplied.Value : Split.Train;
        if (!known)
        {
            sample = new Sample(number, item, label, Unlabelled, fixedSplit);
            return true;
        }

        if (fixedSplit > sample.Split)
        {
            sample = sample with { Item = item, Split = fixedSplit };
        }

        if (label != Unlabelled && sample.Label == Unlabelled)
        {
            sample = sample with { Label = label };
        }
        else if (label != Unlabelled && label != sample.Label && sample.OtherLabel == Unlabelled)
        {
            sample = sample with { OtherLabel = label };
        }

        return false;
    }

    public Sample this[PixelDigest digest] => _samples[digest];

    public IEnumerable<KeyValuePair<PixelDigest, Sample>> All => _samples;

    /// <param name="Number">0, 1, 2, … in the order in which the different pixels came.</param>
    /// <param name="Item">The one that is kept.</param>
    /// <param name="Label">The first label found; −1 for none.</param>
    /// <param name="OtherLabel">One that contradicts it; −1 for none.</param>
    /// <param name="Split">Validation or test where the source supplies it; otherwise train, of which more may be cut.</param>
    public readonly record struct Sample(int Number, int Item, int Label, int OtherLabel, Split Split)
    {
        public bool Conflicts => OtherLabel != Unlabelled;

        /// <summary>−1 where there is none, or copies disagree.</summary>
        public int KeptLabel => Conflicts ? Unlabelled : Label;
    }
}
