namespace Pipeline.Likeness;

/// <summary>Finds samples that are nearly the same picture. Keeps hashes in memory and thumbnails in a file.</summary>
/// <param name="thumbnailBytes">Of each.</param>
/// <param name="capacity">Maximum number of samples.</param>
public sealed class PictureLooks(LikenessThresholds likeness, int thumbnailBytes, int capacity)
    : SampleLooks(thumbnailBytes, likeness.Correlation)
{
    private ulong[] _hashes = new ulong[capacity];
    private HashIndex? _index;

    public void Add(ulong hash, ReadOnlySpan<byte> thumbnail)
    {
        _hashes[Count] = hash;
        Write(thumbnail);
    }

    public override void Clear() => (_hashes, _index) = ([], null);

    protected override void Find(int sample, Func<int, bool> isWanted, int below, List<int> found)
    {
        _index ??= new HashIndex(_hashes.AsMemory(0, Count), likeness.Distance);
        _index.Find(_hashes[sample], found, below);
    }

    protected override double LikenessOf(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Thumbnail.Correlation(one, other);
}

/// <summary>Two samples count as nearly the same picture when both hold.</summary>
/// <param name="Distance">Maximum number of bits in which their hashes differ.</param>
/// <param name="Correlation">Least correlation of their thumbnails.</param>
public sealed record LikenessThresholds(int Distance, double Correlation);
