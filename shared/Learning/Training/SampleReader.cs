using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.Learning.Training;

/// <summary>
/// The samples of one split of a dataset version, mapped from their shards, numbered through. The memory it takes does not grow with the dataset:
/// the pages belong to the files.
/// </summary>
public sealed class SampleReader : IDisposable
{
    private readonly SafetensorsFile[] files;
    private readonly int[] firsts;

    private SampleReader(InputSpec input, IReadOnlyList<SampleShard> shards, SafetensorsFile[] files)
    {
        Input = input;
        Shards = shards;
        this.files = files;
        firsts = new int[shards.Count + 1];
        for (var i = 0; i < shards.Count; i++)
        {
            firsts[i + 1] = firsts[i] + shards[i].Samples;
        }
    }

    public InputSpec Input { get; }

    public IReadOnlyList<SampleShard> Shards { get; }

    public int Count => firsts[^1];

    /// <summary>C · S · S.</summary>
    public int ImageBytes => Input.Channels * Input.Size * Input.Size;

    public static async Task<SampleReader> OpenAsync(IArtifactStore store, DatasetManifest dataset, Split split, CancellationToken cancellation = default)
    {
        var shards = dataset.Shards.Where(shard => shard.Split == split).ToList();
        var files = new List<SafetensorsFile>(shards.Count);
        try
        {
            foreach (var shard in shards)
            {
                files.Add(SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation)));
            }

            return new SampleReader(dataset.Input, shards, [.. files]);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Number of the first sample of a shard.</summary>
    public int First(int shard) => firsts[shard];

    /// <returns>Shape [C, S, S].</returns>
    public ReadOnlySpan<byte> Pixels(int sample)
    {
        var shard = ShardOf(sample);
        return files[shard].ReadRows<byte>("pixels", sample - firsts[shard], 1);
    }

    /// <returns>A sequence as UTF-8.</returns>
    public ReadOnlySpan<byte> Text(int sample)
    {
        var (shard, start, length) = Extent(sample);
        return files[shard].ReadRows<byte>("text", start, length);
    }

    /// <returns>For each byte of <see cref="Text"/> an index into the dataset's tags; −1 where there is none. Empty where the data has no tags.</returns>
    public ReadOnlySpan<short> Tags(int sample)
    {
        var (shard, start, length) = Extent(sample);
        return files[shard].Entries.ContainsKey("tag") ? files[shard].ReadRows<short>("tag", start, length) : [];
    }

    /// <returns>SHA-256 of what the sample is made of, 32 bytes.</returns>
    public ReadOnlySpan<byte> Digest(int sample)
    {
        var shard = ShardOf(sample);
        return files[shard].ReadRows<byte>("digest", sample - firsts[shard], 1);
    }

    /// <returns>Index into the dataset's classes; −1 where there is no label.</returns>
    public int Label(int sample)
    {
        var shard = ShardOf(sample);
        return files[shard].ReadRows<int>("label", sample - firsts[shard], 1)[0];
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }

    private (int Shard, long Start, long Length) Extent(int sample)
    {
        var shard = ShardOf(sample);
        var ends = files[shard].ReadRows<long>("start", sample - firsts[shard], 2);
        return (shard, ends[0], ends[1] - ends[0]);
    }

    private int ShardOf(int sample)
    {
        var found = Array.BinarySearch(firsts, sample);
        return found >= 0 ? LastOfEqual(found) : ~found - 1;
    }

    // Empty shards do not occur, but equal neighbours would make the search land on the wrong one.
    private int LastOfEqual(int index)
    {
        while (index + 1 < firsts.Length - 1 && firsts[index + 1] == firsts[index])
        {
            index++;
        }

        return index;
    }
}
