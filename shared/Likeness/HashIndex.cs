using System.Numerics;

namespace Pipeline.Likeness;

/// <summary>Finds hashes within a Hamming distance without comparing all (Norouzi, Punjani and Fleet 2012, arXiv:1307.2982): of four bands
/// of 16 bits, at least one differs in no more than a quarter of the distance, and hashes are indexed by each band's value. 16 bytes a
/// hash, beside the hashes.</summary>
public sealed class HashIndex
{
    /// <summary>Up to here, bands are looked up by at most two changed bits: 548 values a hash.</summary>
    public const int LargestDistance = (Bands * 3) - 1;

    private const int Bands = 4;
    private const int BandBits = 64 / Bands;
    private const int Values = 1 << BandBits;

    private readonly ReadOnlyMemory<ulong> _hashes;
    private readonly int _distance;

    /// <summary>Bits that are changed in a band's value to find the values within the band's share of the distance.</summary>
    private readonly int[] _changes;

    /// <summary>By band, the numbers of the hashes by value, and where in them those with a value begin.</summary>
    private readonly (int[] Starts, int[] Numbers)[] _bands;

    /// <param name="distance">0 to <see cref="LargestDistance"/>.</param>
    /// <param name="hashes">Not to be changed any more.</param>
    public HashIndex(ReadOnlyMemory<ulong> hashes, int distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(distance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(distance, LargestDistance);
        _hashes = hashes;
        _distance = distance;
        _changes = [.. Enumerable.Range(0, Values).Where(value => BitOperations.PopCount((uint)value) <= distance / Bands)];
        _bands = [.. Enumerable.Range(0, Bands).Select(Sorted)];
    }

    /// <summary>Numbers of the hashes within the distance, ascending, each once.</summary>
    /// <param name="found">Is cleared first.</param>
    /// <param name="below">Only smaller numbers are looked for.</param>
    public void Find(ulong hash, List<int> found, int below = int.MaxValue)
    {
        found.Clear();
        var hashes = _hashes.Span;
        for (var band = 0; band < Bands; band++)
        {
            var value = ValueOf(hash, band);
            var (starts, numbers) = _bands[band];
            foreach (var change in _changes)
            {
                foreach (var number in numbers.AsSpan(starts[value ^ change]..starts[(value ^ change) + 1]))
                {
                    if (number >= below)
                        break;

                    var difference = hash ^ hashes[number];
                    if (BitOperations.PopCount(difference) <= _distance && !IsFoundBefore(difference, band))
                        found.Add(number);
                }
            }
        }

        found.Sort();
    }

    private bool IsFoundBefore(ulong difference, int band)
    {
        for (var before = 0; before < band; before++)
        {
            if (BitOperations.PopCount((uint)ValueOf(difference, before)) <= _distance / Bands)
                return true;
        }

        return false;
    }

    private (int[] Starts, int[] Numbers) Sorted(int band)
    {
        var starts = new int[Values + 1];
        var hashes = _hashes.Span;
        foreach (var hash in hashes)
            starts[ValueOf(hash, band) + 1]++;

        for (var value = 0; value < Values; value++)
            starts[value + 1] += starts[value];

        var next = starts.AsSpan(0, Values).ToArray();
        var numbers = new int[hashes.Length];
        for (var number = 0; number < numbers.Length; number++)
            numbers[next[ValueOf(hashes[number], band)]++] = number;

        return (starts, numbers);
    }

    private static int ValueOf(ulong hash, int band) => (int)(hash >> (band * BandBits)) & (Values - 1);
}
