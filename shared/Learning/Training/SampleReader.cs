using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Training;

/// <summary>The samples of one split of a dataset version, numbered through. A shard is opened when one of its samples is first read, and
/// few are open at a time, so opening a reader and the memory that it takes do not depend on the size of the dataset. For one thread at a
/// time; a span is valid until the next call.</summary>
public sealed class SampleReader : IDisposable
{
    /// <summary>
    /// Images up to a page are read through a map, which takes a tenth of the time of a system call;
    /// of larger ones each page would be a fault.
    /// </summary>
    private const int MappedBytes = 4096;

    private readonly SafetensorsFiles _files;
    private readonly SafetensorsFiles? _labels;
    private readonly int[] _firsts;
    private readonly byte[] _pixels;

    private SampleReader(IArtifactStore store, DatasetManifest dataset, Split split)
    {
        Input = dataset.Input;
        Shards = [.. dataset.Shards.Where(shard => shard.Split == split)];
        _files = new SafetensorsFiles(store, [.. Shards.Select(shard => shard.File)]);
        _labels = dataset.LabelIndex.TryGetValue(split, out var index) ? new SafetensorsFiles(store, [index]) : null;
        _pixels = new byte[ImageBytes];
        _firsts = new int[Shards.Count + 1];
        for (var i = 0; i < Shards.Count; i++)
            _firsts[i + 1] = checked(_firsts[i] + Shards[i].Samples);
    }

    public InputSpec Input { get; }

    public IReadOnlyList<SampleShard> Shards { get; }

    public int Count => _firsts[^1];

    /// <summary>C · S · S.</summary>
    public int ImageBytes => Input.Channels * Input.Size * Input.Size;

    public static SampleReader Open(IArtifactStore store, DatasetManifest dataset, Split split) => new(store, dataset, split);

    /// <summary>Number of the first sample of a shard.</summary>
    public int First(int shard) => _firsts[shard];

    /// <summary>The shard that a sample lies in.</summary>
    public int ShardOf(int sample)
    {
        var (shard, end) = (0, _firsts.Length - 1);
        while (end - shard > 1)
        {
            var middle = (shard + end) / 2;
            (shard, end) = _firsts[middle] <= sample ? (middle, end) : (shard, middle);
        }

        return shard;
    }

    /// <returns>Shape [C, S, S].</returns>
    public ReadOnlySpan<byte> Pixels(int sample)
    {
        if (ImageBytes <= MappedBytes)
            return Row<byte>("pixels", sample);

        var shard = ShardOf(sample);
        _files[shard].ReadRows("pixels", sample - _firsts[shard], 1, _pixels);
        return _pixels;
    }

    /// <returns>A sequence as UTF-8.</returns>
    public ReadOnlySpan<byte> Text(int sample)
    {
        var (file, start, length) = Extent(sample);
        return file.ReadRows<byte>("text", start, length);
    }

    /// <returns>For each byte of <see cref="Text"/> an index into the dataset's tags; −1 where there is none. Empty where the data has no
    /// tags.</returns>
    public ReadOnlySpan<short> Tags(int sample)
    {
        var (file, start, length) = Extent(sample);
        return file.Entries.ContainsKey("tag") ? file.ReadRows<short>("tag", start, length) : [];
    }

    /// <returns>SHA-256 of what the sample is made of, 32 bytes.</returns>
    public ReadOnlySpan<byte> Digest(int sample) => Row<byte>("digest", sample);

    /// <summary>Opens no shard where the dataset has an index of the split's labels.</summary>
    /// <returns>Index into the dataset's classes; −1 where there is no label.</returns>
    public int Label(int sample) => (_labels is null ? Row<int>("label", sample) : _labels[0].ReadRows<int>("label", sample, 1))[0];

    /// <summary>Whether a sample has any tag. Opens no shard where the dataset has an index of the split's labels.</summary>
    public bool IsTagged(int sample) => _labels is null
        ? Tags(sample).IndexOfAnyExcept((short)-1) >= 0
        : _labels[0].Entries.ContainsKey("tagged") && _labels[0].ReadRows<byte>("tagged", sample, 1)[0] != 0;

    public void Dispose()
    {
        _files.Dispose();
        _labels?.Dispose();
    }

    private ReadOnlySpan<T> Row<T>(string tensor, int sample) where T : unmanaged
    {
        var shard = ShardOf(sample);
        return _files[shard].ReadRows<T>(tensor, sample - _firsts[shard], 1);
    }

    private (SafetensorsFile File, long Start, long Length) Extent(int sample)
    {
        var shard = ShardOf(sample);
        var file = _files[shard];
        var ends = file.ReadRows<long>("start", sample - _firsts[shard], 2);
        return (file, ends[0], ends[1] - ends[0]);
    }
}
