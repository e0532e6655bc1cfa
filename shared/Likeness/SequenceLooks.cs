using System.Runtime.InteropServices;
using Pipeline.Artifacts;

namespace Pipeline.Likeness;

/// <summary>Finds samples by their signatures: those that agree in one band of six places at least are compared (locality-sensitive
/// hashing; Indyk and Motwani 1998). Of pairs with a resemblance of 0.8 it misses 0.2 %. In memory are 160 bytes of a sample; signatures
/// lie in a temporary file.</summary>
/// <param name="resemblance">Least of two samples that are nearly the same.</param>
/// <param name="capacity">How many there may be.</param>
public sealed class SequenceLooks(double resemblance, int capacity) : ISampleLooks
{
    private const int Rows = 6;
    private const int Bands = MinHash.Places / Rows;

    /// <summary>Bounds on the time that samples take which are all alike: so many of a band are looked at, and so many compared, the first
    /// ones.</summary>
    private const int MostLooked = 4096, MostCompared = 1024;

    private readonly FileStream _signatures = TemporaryFile.Create();
    private readonly uint[] _one = new uint[MinHash.Places];
    private readonly uint[] _other = new uint[MinHash.Places];
    private readonly List<int> _found = [];
    private uint[][]? _keys = Tables<uint>(capacity);
    private int[][]? _numbers;

    public int Count { get; private set; }

    /// <summary>All have to be there before anything is looked for.</summary>
    /// <param name="signature">By <see cref="MinHash"/>.</param>
    public void Add(ReadOnlySpan<uint> signature)
    {
        for (var band = 0; band < Bands; band++)
            _keys![band][Count] = KeyOf(signature, band);

        _signatures.Write(MemoryMarshal.AsBytes(signature));
        Count++;
    }

    public void FindAlike(int sample, Func<int, bool> isWanted, List<Alike> alike, int most = int.MaxValue, int below = int.MaxValue)
    {
        alike.Clear();
        _numbers ??= Sorted();
        Read(sample, _one);
        Find(sample, isWanted, below);
        var (compared, last) = (0, -1);
        foreach (var other in _found)
        {
            // Found in several bands.
            if (other == last)
                continue;

            if (compared++ == MostCompared || alike.Count == most)
                return;

            last = other;
            Read(other, _other);
            var likeness = MinHash.Resemblance(_one, _other);
            if (likeness >= resemblance)
                alike.Add(new Alike(other, likeness));
        }
    }

    public void Clear() => (_keys, _numbers) = (null, null);

    public void Dispose() => _signatures.Dispose();

    // Ascending; one of several bands several times.
    private void Find(int sample, Func<int, bool> isWanted, int below)
    {
        _found.Clear();
        if (_one[0] == MinHash.Nothing)
            return;

        for (var band = 0; band < Bands; band++)
        {
            var keys = _keys![band].AsSpan(0, Count);
            var key = KeyOf(_one, band);
            var at = FirstOf(keys, key);
            for (var end = Math.Min(Count, at + MostLooked); at < end && keys[at] == key; at++)
            {
                var other = _numbers![band][at];
                if (other >= below)
                    break;

                if (other != sample && isWanted(other))
                    _found.Add(other);
            }
        }

        _found.Sort();
    }

    // By key, and of the same key ascending.
    private int[][] Sorted()
    {
        _signatures.Flush();
        var numbers = Tables<int>(Count);
        var order = new ulong[Count];
        for (var band = 0; band < Bands; band++)
        {
            var keys = _keys![band];
            for (var i = 0; i < Count; i++)
                order[i] = ((ulong)keys[i] << 32) | (uint)i;

            order.AsSpan().Sort();
            for (var i = 0; i < Count; i++)
                (keys[i], numbers[band][i]) = ((uint)(order[i] >> 32), (int)(uint)order[i]);
        }

        return numbers;
    }

    private static int FirstOf(ReadOnlySpan<uint> keys, uint key)
    {
        var (low, high) = (0, keys.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = keys[middle] < key ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static uint KeyOf(ReadOnlySpan<uint> signature, int band) =>
        (uint)System.IO.Hashing.XxHash3.HashToUInt64(MemoryMarshal.AsBytes(signature.Slice(band * Rows, Rows)));

    private static T[][] Tables<T>(int length) => [.. Enumerable.Range(0, Bands).Select(_ => new T[length])];

    private void Read(int sample, uint[] signature) =>
        RandomAccess.Read(
            _signatures.SafeFileHandle, MemoryMarshal.AsBytes(signature.AsSpan()), (long)sample * MinHash.Places * sizeof(uint));
}
