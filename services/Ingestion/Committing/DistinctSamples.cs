using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Samples with the same pixels, of which one is kept: the first, unless a copy lies in a supplied test or validation split, so that no picture of
/// those is trained on. A label that any copy has counts for the one that is kept, and tags that any has; where copies disagree it has none. Of a million samples some 20 MB are in memory: digests lie in a
/// temporary file, and 32 of their bits in memory say which of them to look at.
/// </summary>
/// <param name="capacity">How many there may be.</param>
public sealed class DistinctSamples(int capacity) : IDisposable
{
    private const int Unlabelled = -1;
    private const int Free = -1;

    /// <summary>Digests that are kept until they are written together.</summary>
    private const int Latest = 1024;

    private readonly FileStream _digests = TemporaryFile.Create();
    private readonly PixelDigest[] _latest = new PixelDigest[Latest];
    private readonly uint[] _tags = new uint[capacity];
    private readonly int[] _items = new int[capacity];
    private readonly int[] _labels = new int[capacity];
    private readonly Split[] _splits = new Split[capacity];

    /// <summary>By number, where copies disagree.</summary>
    private readonly Dictionary<int, int> _otherLabels = [];

    /// <summary>By number, the first tags of a sample and the item that has them.</summary>
    private readonly Dictionary<int, (PixelDigest Tags, int Item)> _tagged = [];

    /// <summary>Numbers of those whose copies have other tags.</summary>
    private readonly HashSet<int> _otherTags = [];

    /// <summary>An open hash table of numbers, at most two thirds full, probed in line.</summary>
    private readonly int[] _slots = Slots(capacity);

    /// <summary>How many were added.</summary>
    public long Added { get; private set; }

    /// <summary>Of different pixels.</summary>
    public int Count { get; private set; }

    /// <summary>Labels that a kept sample has, ascending.</summary>
    public SortedSet<int> Labels => [.. Enumerable.Range(0, Count).Select(number => this[number].KeptLabel).Where(label => label != Unlabelled).Distinct()];

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
        var slot = SlotOf(digest);
        if (_slots[slot] == Free)
        {
            var number = Count;
            (_slots[slot], _tags[number], _items[number], _labels[number], _splits[number]) = (number, Tag(digest), item, label, fixedSplit);
            Keep(number, digest);
            Tag(number, item, tags);
            Count++;
            return true;
        }

        var known = _slots[slot];
        Tag(known, item, tags);
        if (fixedSplit > _splits[known])
        {
            (_items[known], _splits[known]) = (item, fixedSplit);
        }

        if (label != Unlabelled && _labels[known] == Unlabelled)
        {
            _labels[known] = label;
        }
        else if (label != Unlabelled && label != _labels[known])
        {
            _otherLabels.TryAdd(known, label);
        }

        return false;
    }

    /// <exception cref="KeyNotFoundException">None has these pixels.</exception>
    public Sample this[PixelDigest digest] =>
        _slots[SlotOf(digest)] is not Free and var number ? this[number] : throw new KeyNotFoundException("No sample has these pixels.");

    /// <param name="number">0, 1, 2, … in the order in which the different pixels came.</param>
    public Sample this[int number] => new(number, _items[number], _labels[number], _otherLabels.GetValueOrDefault(number, Unlabelled), _splits[number])
    {
        Tags = _otherTags.Contains(number) || !_tagged.TryGetValue(number, out var tagged) ? null : tagged,
        TagsConflict = _otherTags.Contains(number),
    };

    /// <summary>Of the pixels.</summary>
    public PixelDigest DigestOf(int number)
    {
        if (number >= Count / Latest * Latest)
        {
            return _latest[number % Latest];
        }

        Span<PixelDigest> digest = stackalloc PixelDigest[1];
        RandomAccess.Read(_digests.SafeFileHandle, MemoryMarshal.AsBytes(digest), (long)number * SHA256.HashSizeInBytes);
        return digest[0];
    }

    public void Dispose() => _digests.Dispose();

    // Its own slot, or the free one where it would lie.
    private int SlotOf(PixelDigest digest)
    {
        var tag = Tag(digest);
        var slot = (int)(digest.B % (ulong)_slots.Length);
        while (_slots[slot] is not Free and var number && (_tags[number] != tag || DigestOf(number) != digest))
        {
            slot = slot + 1 == _slots.Length ? 0 : slot + 1;
        }

        return slot;
    }

    private void Tag(int number, int item, PixelDigest? tags)
    {
        if (tags is { } told && !_tagged.TryAdd(number, (told, item)) && _tagged[number].Tags != told)
        {
            _otherTags.Add(number);
        }
    }

    private void Keep(int number, PixelDigest digest)
    {
        _latest[number % Latest] = digest;
        if ((number + 1) % Latest == 0)
        {
            RandomAccess.Write(_digests.SafeFileHandle, MemoryMarshal.AsBytes(_latest.AsSpan()), (long)(number + 1 - Latest) * SHA256.HashSizeInBytes);
        }
    }

    private static uint Tag(PixelDigest digest) => (uint)digest.A;

    private static int[] Slots(int capacity)
    {
        var slots = new int[checked((int)((capacity * 3L / 2) + 1))];
        Array.Fill(slots, Free);
        return slots;
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

        /// <summary>Whether copies disagree about its tags.</summary>
        public bool TagsConflict { get; init; }

        /// <summary>−1 where there is none, or copies disagree.</summary>
        public int KeptLabel => Conflicts ? Unlabelled : Label;
    }
}
