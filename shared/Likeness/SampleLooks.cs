using Pipeline.Artifacts;

namespace Pipeline.Likeness;

/// <summary>Finds samples that are nearly the same picture. Keeps hashes in memory and thumbnails in a temporary file.</summary>
/// <param name="thumbnailBytes">Of each.</param>
/// <param name="capacity">How many there may be.</param>
public sealed class SampleLooks(LikenessThresholds likeness, int thumbnailBytes, int capacity) : ISampleLooks
{
    /// <summary>A bound on the time that samples take whose hashes are all alike, such as drawings on much white: of so many the first are
    /// compared.</summary>
    private const int MostCompared = 1024;

    private ulong[] _hashes = new ulong[capacity];
    private readonly FileStream _thumbnails = TemporaryFile.Create();
    private readonly byte[] _one = new byte[thumbnailBytes];
    private readonly byte[] _other = new byte[thumbnailBytes];
    private readonly List<int> _found = [];
    private HashIndex? _index;

    public int Count { get; private set; }

    /// <summary>Their numbers are 0, 1, 2, … as they come; all have to be there before anything is looked for.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> thumbnail)
    {
        _hashes[Count++] = hash;
        _thumbnails.Write(thumbnail);
    }

    public void FindAlike(int sample, Func<int, bool> isWanted, List<Alike> alike, int most = int.MaxValue, int below = int.MaxValue)
    {
        alike.Clear();
        _index ??= new HashIndex(_hashes.AsMemory(0, Count), likeness.Distance);
        _index.Find(_hashes[sample], _found, below);
        var compared = 0;
        foreach (var other in _found)
        {
            if (other == sample || !isWanted(other))
                continue;

            if (compared++ == 0)
                Read(sample, _one);
            else if (compared > MostCompared)
                return;

            Read(other, _other);
            var correlation = Thumbnail.Correlation(_one, _other);
            if (correlation < likeness.Correlation)
                continue;

            alike.Add(new Alike(other, correlation));
            if (alike.Count == most)
                return;
        }
    }

    public void Clear() => (_hashes, _index) = ([], null);

    public void Dispose() => _thumbnails.Dispose();

    private void Read(int sample, Span<byte> thumbnail) =>
        RandomAccess.Read(_thumbnails.SafeFileHandle, thumbnail, (long)sample * thumbnailBytes);
}

/// <summary>What is kept of each distinct sample to tell which are nearly the same. Their numbers are 0, 1, 2, … as they came.</summary>
public interface ISampleLooks : IDisposable
{
    int Count { get; }

    /// <summary>The samples that are nearly the same as one, itself left out, ascending.</summary>
    /// <param name="isWanted">Others are not compared.</param>
    /// <param name="alike">Is cleared first. The caller's: what a million samples made anew would grow the heap.</param>
    /// <param name="most">After so many no more are looked for.</param>
    /// <param name="below">Only samples with a smaller number are looked for.</param>
    void FindAlike(int sample, Func<int, bool> isWanted, List<Alike> alike, int most = int.MaxValue, int below = int.MaxValue);

    /// <summary>Gives the memory back: nothing is to be looked for any more.</summary>
    void Clear();
}

/// <param name="Correlation">Of the thumbnails; of sequences their resemblance, 0 to 1.</param>
public readonly record struct Alike(int Sample, double Correlation);

/// <summary>When two samples count as nearly the same picture: when both hold.</summary>
/// <param name="Distance">Most bits in which their hashes differ.</param>
/// <param name="Correlation">Least correlation of their thumbnails.</param>
public sealed record LikenessThresholds(int Distance, double Correlation);
