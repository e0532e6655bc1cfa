using System.Numerics;

namespace Pipeline.Ingestion.Grouping;

/// <summary>
/// Different numbers that come in ascending order, and their places in it: a bit for each that there may be, and counts by block (rank and select; Jacobson, <i>Space-efficient static trees and
/// graphs</i>, 1989).
/// </summary>
/// <param name="end">All are smaller.</param>
internal sealed class AscendingNumbers(int end)
{
    private const int WordBits = 64, BlockWords = 8, BlockBits = WordBits * BlockWords;

    private readonly ulong[] _words = new ulong[((end / BlockBits) + 1) * BlockWords];

    /// <summary>By block, how many lie before it; of the blocks up to the last number.</summary>
    private readonly int[] _before = new int[(end / BlockBits) + 1];

    private int _blocks;
    private int _last = -1;

    public int Count { get; private set; }

    /// <exception cref="ArgumentOutOfRangeException">It is not larger than the last, or too large.</exception>
    public void Add(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(number, _last);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, end);
        while (_blocks <= number / BlockBits)
        {
            _before[_blocks++] = Count;
        }

        _words[number / WordBits] |= Bit(number);
        (_last, Count) = (number, Count + 1);
    }

    /// <summary>The number at a place: 0, 1, 2, … in their order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public int this[int place]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(place);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Count);
            // The last that begins at or before it: blocks without numbers begin where the next one does.
            var behind = ~_before.AsSpan(0, _blocks).BinarySearch(new LastUpTo(place));
            var block = behind - 1;
            var left = place - _before[block];
            var word = block * BlockWords;
            while (left >= BitOperations.PopCount(_words[word]))
            {
                left -= BitOperations.PopCount(_words[word++]);
            }

            var bits = _words[word];
            for (; left > 0; left--)
            {
                bits &= bits - 1;
            }

            return (word * WordBits) + BitOperations.TrailingZeroCount(bits);
        }
    }

    /// <summary>Where a number lies; −1 where it has not come.</summary>
    public int PlaceOf(int number)
    {
        if (number < 0 || number > _last || (_words[number / WordBits] & Bit(number)) == 0)
        {
            return -1;
        }

        var block = number / BlockBits;
        var place = _before[block];
        for (var word = block * BlockWords; word < number / WordBits; word++)
        {
            place += BitOperations.PopCount(_words[word]);
        }

        return place + BitOperations.PopCount(_words[number / WordBits] & (Bit(number) - 1));
    }

    private static ulong Bit(int number) => 1UL << (number % WordBits);

    // Never equal, so that the search ends behind the last that is not larger.
    private readonly struct LastUpTo(int place) : IComparable<int>
    {
        public int CompareTo(int before) => before <= place ? 1 : -1;
    }
}
