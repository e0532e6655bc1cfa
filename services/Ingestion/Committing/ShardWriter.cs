using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Grouping;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>Gathers the samples of one split and ends a shard where a sample's own digest says so: content-defined chunking (Muthitacharoen
/// and others, <i>A low-bandwidth network file system</i>, 2001). A sample that comes or goes moves no border but those beside it, and a
/// shard is named by what it holds, so versions of a dataset share all others: nothing is read or written for a shard that is in the
/// store.</summary>
internal sealed class ShardWriter(
    IArtifactStore store, ImportPlan plan, Split split, PartReader parts, ProvenanceWriter provenance, PendingShards pending)
{
    /// <summary>Raised when the same samples would give another file.</summary>
    private const int Format = 1;

    /// <summary>A shard may end here, however small its samples are: the origins of twice as many lie in memory.</summary>
    private const int LeastSamples = 4096;

    /// <summary>Bytes of pixels that are in memory at a time while a shard is written.</summary>
    private const int PieceBytes = 8 << 20;

    // Not the number of samples there are: a border depends on nothing but the samples beside it.
    private readonly int _least = (int)Math.Clamp(plan.ShardBytes / plan.SampleBytes, 1, LeastSamples);
    private readonly List<PartRow> _samples = [];
    private readonly List<int> _labels = [];
    private readonly List<PixelDigest> _tags = [];
    private readonly ProvenanceRows _rows = new();
    private readonly List<int> _allLabels = [];
    private readonly List<byte> _allTagged = [];

    /// <summary>In their order; the last may still be written.</summary>
    public List<Task<SampleShard>> Shards { get; } = [];

    /// <summary>Between one and two times the least number of samples, about 1.4 times on average.</summary>
    public bool IsFull => _rows.Count == 2 * _least
        || (_rows.Count >= _least && _rows[^1].Digest.C % (ulong)Math.Max(_least / 2, 1) == 0);

    public static string SplitName(Split split) => split.ToString().ToLowerInvariant();

    /// <param name="tags">SHA-256 of the names of its tags; null where there are none.</param>
    /// <param name="label">An index into the dataset's classes; −1 for none.</param>
    public void Add(PartRow sample, PixelDigest? tags, int label, string path, ProvenanceRow row)
    {
        _samples.Add(sample);
        if (parts.Tags.Count > 0)
        {
            _tags.Add(tags ?? default);
            _allTagged.Add(tags is null ? (byte)0 : (byte)1);
        }

        _labels.Add(label);
        _allLabels.Add(label);
        _rows.Add(path, row);
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_rows.Count == 0)
            return;

        var samples = new ArraySegment<PartRow>(ArrayPool<PartRow>.Shared.Rent(_rows.Count), 0, _rows.Count);
        _samples.CopyTo(samples.Array!);
        var bytes = _rows.Count * SHA256.HashSizeInBytes;
        var digests = new ArraySegment<byte>(LargeBuffers.Pool.Rent(bytes), 0, bytes);
        for (var row = 0; row < _rows.Count; row++)
            _rows[row].Digest.CopyTo(digests.AsSpan(row * SHA256.HashSizeInBytes));

        var gathered = new Gathered(NameOf(digests), samples, [.. _labels], digests);
        Shards.Add(await pending.BeginAsync(token => FindOrWriteAsync(gathered, token), cancellation));
        await provenance.WriteAsync(gathered.File, SplitName(split), _rows, cancellation);
        _samples.Clear();
        _tags.Clear();
        _labels.Clear();
        _rows.Clear();
    }

    /// <summary>Writes the index of all the split's labels, as <see cref="DatasetManifest.LabelIndex"/> says.</summary>
    public async Task<ArtifactReference> WriteLabelsAsync(CancellationToken cancellation)
    {
        List<SafetensorsTensor> tensors = [SafetensorsTensor.Of<int>("label", CollectionsMarshal.AsSpan(_allLabels), _allLabels.Count)];
        if (_allTagged.Count > 0)
            tensors.Add(SafetensorsTensor.Of<byte>("tagged", CollectionsMarshal.AsSpan(_allTagged), _allTagged.Count));

        var put = await store.CreateAsync(
            $"{plan.DatasetRoot}/labels-{SplitName(split)}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token),
            cancellation);
        return put.Reference;
    }

    private async Task<SampleShard> FindOrWriteAsync(Gathered gathered, CancellationToken cancellation)
    {
        using var shard = gathered;
        if (await store.FindManifestAsync<SampleShard>(shard.Manifest, cancellation) is { Content: var there })
            return there;

        var count = shard.Samples.Count;
        var samples = plan.Sequences is null
            ? [Pixels(shard.Samples, cancellation)]
            : await parts.GatherTextsAsync(shard.Samples, cancellation);
        SafetensorsTensor[] tensors =
        [
            .. samples,
            new("digest", SafetensorsType.U8, [count, SHA256.HashSizeInBytes], shard.Digests),
            SafetensorsTensor.Of<int>("label", shard.Labels, count),
        ];
        var metadata = new Dictionary<string, string> { ["dataset"] = plan.Dataset, ["split"] = SplitName(split) };
        var put = await store.CreateAsync(
            shard.File, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        var written = new SampleShard(put.Reference, split, count);
        await store.CreateManifestAsync(shard.Manifest, written, cancellation);
        return written;
    }

    private SafetensorsTensor Pixels(ArraySegment<PartRow> samples, CancellationToken cancellation)
    {
        long[] shape = [samples.Count, plan.Input.Channels, plan.Input.Size, plan.Input.Size];
        return new SafetensorsTensor("pixels", SafetensorsType.U8, shape, default) { Pieces = PixelsAsync(samples, cancellation) };
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> PixelsAsync(
        ArraySegment<PartRow> samples, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rows = Math.Clamp(PieceBytes / plan.ImageBytes, 1, samples.Count);
        var pixels = LargeBuffers.Pool.Rent(rows * plan.ImageBytes);
        try
        {
            for (var first = 0; first < samples.Count; first += rows)
            {
                var some = samples.Slice(first, Math.Min(rows, samples.Count - first));
                await parts.GatherPixelsAsync(some, pixels, cancellation);
                yield return pixels.AsMemory(0, some.Count * plan.ImageBytes);
            }
        }
        finally
        {
            LargeBuffers.Pool.Return(pixels);
        }
    }

    // Without its extension.
    private string NameOf(ReadOnlySpan<byte> digests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(digests);
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_labels)));
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_tags)));
        var samples = Convert.ToHexStringLower(hash.GetHashAndReset());
        var name = SplitName(split);
        var key = plan.Sequences is null
            ? ContentKey.Of(ArtifactKinds.SampleShard, Format, new { split = name, plan.Input, samples })
            : ContentKey.Of(ArtifactKinds.SampleShard, Format, new { split = name, plan.Modality, plan.Input, samples, tags = parts.Tags });
        return $"datasets/{plan.Dataset}/shards/{name}-{key}";
    }

    /// <summary>What a shard that is being written holds, in buffers of the pool: arrays of their own would be large objects, which stay
    /// until a full collection.</summary>
    /// <param name="Name">Without its extension.</param>
    /// <param name="Digests">SHA-256 of each, one after another.</param>
    private sealed record Gathered(string Name, ArraySegment<PartRow> Samples, int[] Labels, ArraySegment<byte> Digests) : IDisposable
    {
        public string File => $"{Name}.safetensors";

        public string Manifest => $"{Name}.json";

        public void Dispose()
        {
            ArrayPool<PartRow>.Shared.Return(Samples.Array!);
            LargeBuffers.Pool.Return(Digests.Array!);
        }
    }
}
