using Pipeline.Artifacts;

namespace Pipeline.Likeness;

/// <summary>What is kept of each distinct sample to find near-duplicates. Their numbers are 0, 1, 2, … in the order they are added; all
/// must be added before the first search. What samples are compared by lies in a temporary file.</summary>
/// <param name="bytes">Of each sample in the file.</param>
/// <param name="least">Least likeness of two samples that are nearly the same.</param>
public abstract class SampleLooks(int bytes, double least) : IDisposable
{
    /// <summary>Bounds the time for samples that are found by very many others, such as drawings on much white: only the first are
    /// compared.</summary>
    private const int MostCompared = 1024;

    private readonly FileStream _file = TemporaryFile.Create();
    private readonly byte[] _one = new byte[bytes];
    private readonly byte[] _other = new byte[bytes];
    private readonly List<int> _found = [];

    public int Count { get; private set; }

    /// <summary>The near-duplicates of a sample, itself left out, ascending.</summary>
    /// <param name="isWanted">Others are not compared.</param>
    /// <param name="alike">Is cleared first. Reused by the caller, as a million lists would grow the heap.</param>
    /// <param name="most">After so many the search ends.</param>
    /// <param name="below">Only samples with a smaller number are looked for.</param>
    public void FindAlike(int sample, Func<int, bool> isWanted, List<Alike> alike, int most = int.MaxValue, int below = int.MaxValue)
    {
        alike.Clear();
        _found.Clear();
        Find(sample, isWanted, below, _found);
        var (compared, last) = (0, sample);
        foreach (var other in _found)
        {
            if (other == last || other == sample || !isWanted(other))
                continue;

            if (compared++ == 0)
                Read(sample, _one);

            if (compared > MostCompared || alike.Count == most)
                return;

            last = other;
            Read(other, _other);
            var likeness = LikenessOf(_one, _other);
            if (likeness >= least)
                alike.Add(new Alike(other, likeness));
        }
    }

    /// <summary>Frees the memory: nothing can be looked for after that.</summary>
    public abstract void Clear();

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds candidates, ascending; the same may come several times, and those that are not wanted may be left out.</summary>
    protected abstract void Find(int sample, Func<int, bool> isWanted, int below, List<int> found);

    /// <returns>Up to 1.</returns>
    protected abstract double LikenessOf(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other);

    protected void Write(ReadOnlySpan<byte> look)
    {
        _file.Write(look);
        Count++;
    }

    protected void Read(int sample, Span<byte> look) => RandomAccess.Read(_file.SafeFileHandle, look, (long)sample * bytes);
}

/// <param name="Correlation">Of the thumbnails; of sequences their resemblance, 0 to 1.</param>
public readonly record struct Alike(int Sample, double Correlation);
