using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Pipeline.Likeness;

/// <summary>Finds samples by their signatures: those that agree in at least one band of six places are compared (locality-sensitive
/// hashing; Indyk and Motwani 1998). Of pairs with a resemblance of 0.8 it misses 0.2 %. Keeps 160 bytes of a sample in memory, and
/// signatures in a file.</summary>
/// <param name="resemblance">Least of two samples that are nearly the same.</param>
/// <param name="capacity">Maximum number of samples.</param>
public sealed class SequenceLooks(double resemblance, int capacity) : SampleLooks(MinHash.Places * sizeof(uint), resemblance)
{
    private const int Rows = 6;
    private const int Bands = MinHash.Places / Rows;

    /// <summary>Bounds the time for samples that are all alike: only the first of a band are looked at.</summary>
    private const int MostLooked = 4096;

    private readonly uint[] _signature = new uint[MinHash.Places];
    private uint[][] _keys = Tables<uint>(capacity);
    private int[][]? _numbers;

    /// <param name="signature">By <see cref="MinHash"/>.</param>
    public void Add(ReadOnlySpan<uint> signature)
    {
        for (var band = 0; band < Bands; band++)
            _keys[band][Count] = KeyOf(signature, band);

        Write(MemoryMarshal.AsBytes(signature));
    }

    public override void Clear() => (_keys, _numbers) = ([], null);

    protected override void Find(int sample, Func<int, bool> isWanted, int below, List<int> found)
    {
        _numbers ??= Sorted();
        Read(sample, MemoryMarshal.AsBytes(_signature.AsSpan()));
        if (_signature[0] == MinHash.Nothing)
            return;

        for (var band = 0; band < Bands; band++)
        {
            var keys = _keys[band].AsSpan(0, Count);
            var key = KeyOf(_signature, band);
            var at = ~keys.BinarySearch(new JustBefore(key));
            for (var end = Math.Min(Count, at + MostLooked); at < end && keys[at] == key; at++)
            {
                var other = _numbers[band][at];
                if (other >= below)
                    break;

                if (other != sample && isWanted(other))
                    found.Add(other);
            }
        }

        found.Sort();
    }

    protected override double LikenessOf(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        MinHash.Resemblance(MemoryMarshal.Cast<byte, uint>(one), MemoryMarshal.Cast<byte, uint>(other));

    // By key, and of the same key ascending.
    private int[][] Sorted()
    {
        var numbers = Tables<int>(Count);
        var order = new ulong[Count];
        for (var band = 0; band < Bands; band++)
        {
            var keys = _keys[band];
            for (var i = 0; i < Count; i++)
                order[i] = ((ulong)keys[i] << 32) | (uint)i;

            order.AsSpan().Sort();
            for (var i = 0; i < Count; i++)
                (keys[i], numbers[band][i]) = ((uint)(order[i] >> 32), (int)(uint)order[i]);
        }

        return numbers;
    }

    private static uint KeyOf(ReadOnlySpan<uint> signature, int band) =>
        (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(signature.Slice(band * Rows, Rows)));

    private static T[][] Tables<T>(int length) => [.. Enumerable.Range(0, Bands).Select(_ => new T[length])];

    /// <summary>Stands before the first of equal keys, so that a binary search ends there.</summary>
    private readonly struct JustBefore(uint key) : IComparable<uint>
    {
        public int CompareTo(uint other) => key <= other ? -1 : 1;
    }
}
