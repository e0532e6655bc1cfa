using System.Runtime.InteropServices;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Samples with the same pixels, of which one is kept: the first, unless a copy lies in a supplied test or validation split, so that no picture of
/// those is trained on. A label that any copy has counts for the one that is kept; where copies disagree it has none.
/// </summary>
/// <param name="capacity">How many there may be.</param>
public sealed class SampleGroups(int capacity)
{
    private const int Unlabelled = -1;

    private readonly Dictionary<PixelDigest, Group> _groups = new(capacity);

    /// <summary>Samples added.</summary>
    public long Samples { get; private set; }

    /// <summary>Of different pixels.</summary>
    public long Distinct => _groups.Count;

    /// <summary>Labels that a kept sample has, ascending.</summary>
    public SortedSet<int> Labels => [.. _groups.Values.Select(group => group.KeptLabel).Where(label => label != Unlabelled)];

    /// <summary>In order of the items.</summary>
    /// <param name="item">Its number in the import.</param>
    /// <param name="label">−1 where there is none.</param>
    /// <param name="supplied">Null where the source leaves it open.</param>
    public void Add(PixelDigest digest, int item, int label, Split? supplied)
    {
        Samples++;
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, digest, out var known);
        var fixedSplit = supplied is Split.Validation or Split.Test ? supplied.Value : Split.Train;
        if (!known)
        {
            group = new Group(item, label, Unlabelled, fixedSplit);
            return;
        }

        if (fixedSplit > group.Split)
        {
            group = group with { Item = item, Split = fixedSplit };
        }

        if (label != Unlabelled && group.Label == Unlabelled)
        {
            group = group with { Label = label };
        }
        else if (label != Unlabelled && label != group.Label && group.OtherLabel == Unlabelled)
        {
            group = group with { OtherLabel = label };
        }
    }

    public Group this[PixelDigest digest] => _groups[digest];

    /// <param name="Item">The one that is kept.</param>
    /// <param name="Label">The first label found; −1 for none.</param>
    /// <param name="OtherLabel">One that contradicts it; −1 for none.</param>
    /// <param name="Split">Validation or test where the source supplies it; otherwise train, of which more may be cut.</param>
    public readonly record struct Group(int Item, int Label, int OtherLabel, Split Split)
    {
        public bool Conflicts => OtherLabel != Unlabelled;

        /// <summary>−1 where there is none, or copies disagree.</summary>
        public int KeptLabel => Conflicts ? Unlabelled : Label;
    }
}
