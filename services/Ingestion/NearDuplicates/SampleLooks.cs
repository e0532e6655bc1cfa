namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>
/// What is kept of each distinct sample to tell which are nearly the same picture. Hashes lie in memory; thumbnails, which few samples need, in a temporary file.
/// </summary>
/// <param name="thumbnailBytes">Of each.</param>
/// <param name="capacity">How many there may be.</param>
public sealed class SampleLooks(Likeness likeness, int thumbnailBytes, int capacity) : ISampleLooks
{
    /// <summary>A bound on the time that samples take whose hashes are all alike, such as drawings on much white: of so many the first are compared.</summary>
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
            {
                continue;
            }

            if (compared++ == 0)
            {
                Read(sample, _one);
            }
            else if (compared > MostCompared)
            {
                return;
            }

            Read(other, _other);
            var correlation = Thumbnail.Correlation(_one, _other);
            if (correlation < likeness.Correlation)
            {
                continue;
            }

            alike.Add(new Alike(other, correlation));
            if (alike.Count == most)
            {
                return;
            }
        }
    }

    public void Clear() => (_hashes, _index) = ([], null);

    public void Dispose() => _thumbnails.Dispose();

    private void Read(int sample, Span<byte> thumbnail) => RandomAccess.Read(_thumbnails.SafeFileHandle, thumbnail, (long)sample * thumbnailBytes);
}
