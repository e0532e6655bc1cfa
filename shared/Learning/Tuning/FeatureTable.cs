using System.Runtime.InteropServices;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The vectors of all samples of a split in one space, computed once and kept in the store, a file for each sample shard:
/// <c>features</c> float16 [N, D].</summary>
public sealed class FeatureTable : IDisposable
{
    /// <summary>Raised when the same samples would have other vectors.</summary>
    private const int Format = 1;

    private const int Batch = 64;
    private const string Name = "features";

    private readonly SafetensorsFiles _files;
    private readonly int[] _firsts;
    private readonly int _width;

    private FeatureTable(SafetensorsFiles files, int[] firsts, int width) => (_files, _firsts, _width) = (files, firsts, width);

    public int Count => _firsts[^1];

    /// <summary>The shards that tables are made of: those of the training split.</summary>
    public static IReadOnlyList<SampleShard> Described(DatasetManifest dataset) =>
        [.. dataset.Shards.Where(shard => shard.Split == Split.Train)];

    /// <summary>Opens the table; shards that nobody has described yet are described now.</summary>
    /// <param name="all">Every sample of the split, labelled or not.</param>
    public static async Task<FeatureTable> OpenAsync(
        IArtifactStore store, IReadOnlyList<SampleShard> shards, LabelledSamples all, IFeatureSpace space, TorchDevice device,
        CancellationToken cancellation)
    {
        var (files, firsts) = (new List<ArtifactReference>(), new int[shards.Count + 1]);
        for (var i = 0; i < shards.Count; i++)
        {
            firsts[i + 1] = firsts[i] + shards[i].Samples;
            files.Add(await DescribeAsync(store, shards, i, all, space, device, cancellation));
        }

        return new FeatureTable(new SafetensorsFiles(store, files), firsts, space.Width);
    }

    /// <summary>The file of each shard; null where nobody has described it yet.</summary>
    public static async Task<IReadOnlyList<ArtifactReference?>> FindAsync(
        IArtifactStore store, IReadOnlyList<SampleShard> shards, IFeatureSpace space, CancellationToken cancellation)
    {
        var files = new List<ArtifactReference?>();
        foreach (var shard in shards)
            files.Add((await store.FindManifestAsync<FeatureShard>(ManifestKey(Root(shard, space)), cancellation))?.Content.File);

        return files;
    }

    /// <summary>The file of one shard, found or described now.</summary>
    /// <param name="number">The shard's place.</param>
    /// <inheritdoc cref="OpenAsync"/>
    public static async Task<ArtifactReference> DescribeAsync(
        IArtifactStore store, IReadOnlyList<SampleShard> shards, int number, LabelledSamples all, IFeatureSpace space, TorchDevice device,
        CancellationToken cancellation)
    {
        var root = Root(shards[number], space);
        if (await store.FindManifestAsync<FeatureShard>(ManifestKey(root), cancellation) is { } found)
            return found.Content.File;

        var (first, count) = (shards.Take(number).Sum(shard => shard.Samples), shards[number].Samples);
        var rows = await device.Thread.RunAsync(() => Describe(all, space, first, count, cancellation));
        var tensors = new[] { SafetensorsTensor.Of<Half>(Name, rows, count, space.Width) };
        var put = await store.CreateAsync(
            $"{root}/features.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, null, token), cancellation);
        await store.CreateManifestAsync(ManifestKey(root), new FeatureShard(put.Reference), cancellation);
        return put.Reference;
    }

    /// <returns>Float32 on the CPU, shape [n, D].</returns>
    public Tensor Rows(IReadOnlyList<int> samples)
    {
        // Straight into torch's memory: arrays of this size are collected late.
        var rows = empty(samples.Count, _width);
        var values = MemoryMarshal.Cast<byte, float>(rows.bytes);
        for (var i = 0; i < samples.Count; i++)
        {
            var shard = Array.BinarySearch(_firsts, samples[i]);
            shard = shard < 0 ? ~shard - 1 : shard;
            while (_firsts[shard + 1] == samples[i])
                shard++;

            var row = _files[shard].ReadRows<Half>(Name, samples[i] - _firsts[shard], 1);
            for (var j = 0; j < _width; j++)
                values[(i * _width) + j] = (float)row[j];
        }

        return rows;
    }

    public void Dispose() => _files.Dispose();

    private static string Root(SampleShard shard, IFeatureSpace space)
    {
        var madeFrom = new { shard = shard.File.Digest, space.MadeFrom };
        return $"features/{ContentKey.Of(ArtifactKinds.Features, Format, madeFrom)}";
    }

    private static string ManifestKey(string root) => $"{root}/manifest.json";

    private static Half[] Describe(LabelledSamples all, IFeatureSpace space, int first, int count, CancellationToken cancellation)
    {
        var rows = new Half[count * space.Width];
        // Samples of like length share a batch.
        foreach (var chunk in Enumerable.Range(first, count).OrderBy(all.Length).Chunk(Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var values = MemoryMarshal.Cast<byte, float>(space.Describe(all, chunk).cpu().contiguous().bytes);
            for (var i = 0; i < chunk.Length; i++)
            {
                for (var j = 0; j < space.Width; j++)
                    rows[((chunk[i] - first) * space.Width) + j] = (Half)values[(i * space.Width) + j];
            }
        }

        return rows;
    }
}

/// <summary>The vectors of one sample shard.</summary>
[ArtifactKind(ArtifactKinds.Features)]
public sealed record FeatureShard(ArtifactReference File);
