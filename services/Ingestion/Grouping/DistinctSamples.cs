using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Ingestion.Grouping;

/// <summary>Samples with the same pixels, of which one is kept: the first, unless a copy lies in a supplied test or validation split, so
/// that no picture of those is trained on. The kept one gets the label and the tags of any copy, and none where copies disagree. Memory: 41
/// bytes a sample, and 16 more while samples are added.</summary>
public sealed class DistinctSamples
{
    private const int Unlabelled = -1;

    private readonly PixelDigest[] _digests;

    /// <summary>The first item of each, ascending.</summary>
    private readonly int[] _items;

    private readonly int[] _labels;
    private readonly byte[] _splits;

    /// <summary>Numbers, told apart by their digests; empty once all samples are there.</summary>
    private HashSet<int> _numbers;

    /// <summary>By number, where another than the first is kept.</summary>
    private readonly Dictionary<int, int> _keptItems = [];

    private readonly Dictionary<int, int> _keptNumbers = [];

    /// <summary>By number, where copies disagree.</summary>
    private readonly Dictionary<int, int> _otherLabels = [];

    /// <summary>By number, the first tags of a sample and the item that has them.</summary>
    private readonly Dictionary<int, (PixelDigest Tags, int Item)> _tagged = [];

    /// <summary>Numbers of those whose copies have other tags.</summary>
    private readonly HashSet<int> _otherTags = [];

    /// <param name="capacity">How many there may be.</param>
    public DistinctSamples(int capacity)
    {
        // One more, for the digest that is being looked up.
        (_digests, _items, _labels, _splits) = (new PixelDigest[capacity + 1], new int[capacity], new int[capacity], new byte[capacity]);
        _numbers = new HashSet<int>(capacity, new ByDigest(_digests));
    }

    public long Added { get; private set; }
    public int Count { get; private set; }

    /// <summary>Labels that a kept sample has, ascending.</summary>
    public SortedSet<int> Labels =>
        [.. Enumerable.Range(0, Count).Select(number => this[number].KeptLabel).Where(label => label != Unlabelled).Distinct()];

    /// <summary>In order of the items.</summary>
    /// <param name="item">Its number in the import.</param>
    /// <param name="label">−1 where there is none.</param>
    /// <param name="supplied">Null where the source leaves it open.</param>
    /// <param name="tags">SHA-256 of the tags of a sequence; null where it has none.</param>
    /// <returns>Whether no sample before had these pixels.</returns>
    public bool Add(PixelDigest digest, int item, int label, Split? supplied, PixelDigest? tags = null)
    {
        Added++;
        var fixedSplit = supplied is Split.Validation or Split.Test ? supplied.Value : Split.Train;
        _digests[Count] = digest;
        if (_numbers.Add(Count))
        {
            (_items[Count], _labels[Count], _splits[Count]) = (item, label, (byte)fixedSplit);
            Tag(Count++, item, tags);
            return true;
        }

        _numbers.TryGetValue(Count, out var number);
        Tag(number, item, tags);
        if (fixedSplit > SplitOf(number))
        {
            if (_keptItems.TryGetValue(number, out var before))
                _keptNumbers.Remove(before);

            (_keptItems[number], _keptNumbers[item], _splits[number]) = (item, number, (byte)fixedSplit);
        }

        if (label != Unlabelled && _labels[number] == Unlabelled)
            _labels[number] = label;
        else if (label != Unlabelled && label != _labels[number])
            _otherLabels.TryAdd(number, label);

        return false;
    }

    /// <returns>What the item is kept as; null where it is a copy of another.</returns>
    public Sample? KeptAs(int item)
    {
        if (_keptNumbers.TryGetValue(item, out var moved))
            return this[moved];

        var number = Array.BinarySearch(_items, 0, Count, item);
        return number < 0 || _keptItems.ContainsKey(number) ? null : this[number];
    }

    /// <param name="number">0, 1, 2, … in the order in which the different pixels came.</param>
    public Sample this[int number] => new(
        number,
        _keptItems.GetValueOrDefault(number, _items[number]),
        _labels[number],
        _otherLabels.GetValueOrDefault(number, Unlabelled),
        SplitOf(number))
    {
        Tags = _otherTags.Contains(number) || !_tagged.TryGetValue(number, out var tagged) ? null : tagged,
        TagsConflict = _otherTags.Contains(number),
    };

    public Split SplitOf(int number) => (Split)_splits[number];

    public PixelDigest DigestOf(int number) => _digests[number];

    /// <summary>Frees the index by digest; nothing can be added after that.</summary>
    public void ReleaseIndex() => _numbers = [];

    private void Tag(int number, int item, PixelDigest? tags)
    {
        if (tags is { } told && !_tagged.TryAdd(number, (told, item)) && _tagged[number].Tags != told)
            _otherTags.Add(number);
    }

    /// <param name="Number">0, 1, 2, … in the order in which the different pixels came.</param>
    /// <param name="Item">The one that is kept.</param>
    /// <param name="Label">The first label found; −1 for none.</param>
    /// <param name="OtherLabel">One that contradicts it; −1 for none.</param>
    /// <param name="Split">Validation or test where the source supplies it; otherwise train, of which more may be cut.</param>
    public readonly record struct Sample(int Number, int Item, int Label, int OtherLabel, Split Split)
    {
        public bool Conflicts => OtherLabel != Unlabelled;

        /// <summary>SHA-256 of its tags, and the item that has them; null where there are none, or copies disagree.</summary>
        public (PixelDigest Digest, int Item)? Tags { get; init; }

        public bool TagsConflict { get; init; }

        /// <summary>−1 where there is none, or copies disagree.</summary>
        public int KeptLabel => Conflicts ? Unlabelled : Label;
    }

    private sealed class ByDigest(PixelDigest[] digests) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => digests[x] == digests[y];

        public int GetHashCode(int obj) => (int)digests[obj].A;
    }
}

/// <summary>SHA-256 of a sample's pixels, by value: 32 bytes in a table instead of an object for each sample.</summary>
public readonly record struct PixelDigest(ulong A, ulong B, ulong C, ulong D)
{
    /// <param name="bytes">32 of them.</param>
    public static PixelDigest Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<PixelDigest>(bytes[..SHA256.HashSizeInBytes]);

    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, this);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
