using System.Buffers;
using System.Buffers.Binary;
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
internal sealed class ShardWriter
{
    /// <summary>Raised when the same samples would give another file.</summary>
    private const int Format = 1;

    /// <summary>A shard may end here, however small its samples are: the origins of twice as many lie in memory.</summary>
    private const int LeastSamples = 4096;

    /// <summary>Bytes of pixels that are in memory at a time while a shard is written.</summary>
    private const int PieceBytes = 8 << 20;

    private readonly IArtifactStore _store;
    private readonly ImportPlan _plan;
    private readonly Split _split;
    private readonly PartReader _parts;
    private readonly ProvenanceWriter _provenance;
    private readonly PendingShards _pending;
    private readonly int _least;
    private readonly List<int> _labels = [];
    private readonly ProvenanceRows _rows = new();
    private readonly List<PartRow> _samples = [];
    private readonly ArrayBufferWriter<byte> _tags = new();
    private readonly List<int> _allLabels = [];
    private readonly List<byte> _allTagged = [];

    public ShardWriter(
        IArtifactStore store, ImportPlan plan, Split split, PartReader parts, ProvenanceWriter provenance, PendingShards pending)
    {
        _store = store;
        _plan = plan;
        _split = split;
        _parts = parts;
        _provenance = provenance;
        _pending = pending;
        // Not the number of samples there are: a border depends on nothing but the samples beside it.
        _least = (int)Math.Clamp(plan.ShardBytes / plan.SampleBytes, 1, LeastSamples);
    }

    /// <summary>In their order; the last may still be on their way.</summary>
    public List<Task<SampleShard>> Shards { get; } = [];

    /// <summary>Between one and two times the least number of samples, about 1.4 times on average.</summary>
    public bool IsFull =>
        _labels.Count == 2 * _least || (_labels.Count >= _least && EndsShard(_rows.Digests.Span[^SHA256.HashSizeInBytes..]));

    /// <param name="tags">SHA-256 of the names of its tags; null where there are none.</param>
    /// <param name="label">An index into the dataset's classes; −1 for none.</param>
    /// <inheritdoc cref="ProvenanceRows.Add"/>
    public void Add(
        PartRow sample, PixelDigest? tags, int label, ImportedItem source, ReadOnlySpan<byte> digest, int item, int group, string? name)
    {
        _samples.Add(sample);
        if (_parts.Tags.Count > 0)
        {
            _tags.Write((tags ?? default).ToArray());
            _allTagged.Add(tags is null ? (byte)0 : (byte)1);
        }

        _labels.Add(label);
        _allLabels.Add(label);
        _rows.Add(source, digest, item, group, name);
    }

    /// <summary>Begins to write what has gathered, if anything.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_labels.Count == 0)
            return;

        var gathered = new Gathered(Name(), _samples, [.. _labels], _rows.Digests.Span);
        Shards.Add(await _pending.BeginAsync(token => FindOrWriteAsync(gathered, token), cancellation));
        await _provenance.WriteAsync(gathered.File, SplitName(_split), _rows, cancellation);
        _samples.Clear();
        _tags.ResetWrittenCount();
        _labels.Clear();
        _rows.Clear();
    }

    /// <summary>Writes the index of all the split's labels, as <see cref="DatasetManifest.LabelIndex"/> says.</summary>
    public async Task<ArtifactReference> WriteLabelsAsync(CancellationToken cancellation)
    {
        List<SafetensorsTensor> tensors = [SafetensorsTensor.Of<int>("label", CollectionsMarshal.AsSpan(_allLabels), _allLabels.Count)];
        if (_allTagged.Count > 0)
            tensors.Add(SafetensorsTensor.Of<byte>("tagged", CollectionsMarshal.AsSpan(_allTagged), _allTagged.Count));

        var put = await _store.CreateAsync(
            $"{_plan.DatasetRoot}/labels-{SplitName(_split)}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token),
            cancellation);
        return put.Reference;
    }

    private async Task<SampleShard> FindOrWriteAsync(Gathered shard, CancellationToken cancellation)
    {
        using var gathered = shard;
        if (await _store.FindManifestAsync<SampleShard>(gathered.Manifest, cancellation) is { Content: var there })
            return there;

        if (_plan.Sequences is not null)
            return await WriteAsync(gathered, (await _parts.GatherAsync(gathered.Samples, cancellation)).Tensors(), cancellation);

        long[] shape = [gathered.Samples.Count, _plan.Input.Channels, _plan.Input.Size, _plan.Input.Size];
        var pixels = new SafetensorsTensor("pixels", SafetensorsType.U8, shape,
            default)
        { Pieces = PixelsAsync(gathered.Samples, cancellation) };
        return await WriteAsync(gathered, [pixels], cancellation);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> PixelsAsync(
        ArraySegment<PartRow> samples, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rows = Math.Clamp(PieceBytes / _plan.ImageBytes, 1, samples.Count);
        var pixels = LargeBuffers.Pool.Rent(rows * _plan.ImageBytes);
        try
        {
            for (var first = 0; first < samples.Count; first += rows)
            {
                var some = samples.Slice(first, Math.Min(rows, samples.Count - first));
                await _parts.GatherPixelsAsync(some, pixels, cancellation);
                yield return pixels.AsMemory(0, some.Count * _plan.ImageBytes);
            }
        }
        finally
        {
            LargeBuffers.Pool.Return(pixels);
        }
    }

    private async Task<SampleShard> WriteAsync(Gathered gathered, IEnumerable<SafetensorsTensor> samples, CancellationToken cancellation)
    {
        var count = gathered.Samples.Count;
        SafetensorsTensor[] tensors =
        [
            .. samples,
            new("digest", SafetensorsType.U8, [count, SHA256.HashSizeInBytes], gathered.Digests),
            SafetensorsTensor.Of<int>("label", gathered.Labels, count),
        ];
        var metadata = new Dictionary<string, string> { ["dataset"] = _plan.Dataset, ["split"] = SplitName(_split) };
        var put = await _store.CreateAsync(
            gathered.File, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        var shard = new SampleShard(put.Reference, _split, count);
        await _store.CreateManifestAsync(gathered.Manifest, shard, cancellation);
        return shard;
    }

    private bool EndsShard(ReadOnlySpan<byte> digest) =>
        BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]) % (ulong)Math.Max(_least / 2, 1) == 0;

    // Without its ending.
    private string Name()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_rows.Digests.Span);
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_labels)));
        hash.AppendData(_tags.WrittenSpan);
        var samples = Convert.ToHexStringLower(hash.GetHashAndReset());
        var split = SplitName(_split);
        var key = _plan.Sequences is null
            ? ContentKey.Of(ArtifactKinds.SampleShard, Format, new { split, _plan.Input, samples })
            : ContentKey.Of(ArtifactKinds.SampleShard, Format, new { split, _plan.Modality, _plan.Input, samples, tags = _parts.Tags });
        return $"datasets/{_plan.Dataset}/shards/{split}-{key}";
    }

    public static string SplitName(Split split) => split.ToString().ToLowerInvariant();

    /// <summary>What a shard on its way holds, in buffers of the pool: arrays of their own would be large objects, which stay until the
    /// whole heap is collected.</summary>
    private sealed class Gathered : IDisposable
    {
        private readonly string _name;
        private readonly PartRow[] _samples;
        private readonly byte[] _digests;

        /// <param name="name">Without its ending.</param>
        /// <param name="digests">SHA-256 of each, one after another.</param>
        public Gathered(string name, List<PartRow> samples, int[] labels, ReadOnlySpan<byte> digests)
        {
            (_name, Labels) = (name, labels);
            _samples = ArrayPool<PartRow>.Shared.Rent(samples.Count);
            samples.CopyTo(_samples);
            Samples = new ArraySegment<PartRow>(_samples, 0, samples.Count);
            _digests = LargeBuffers.Pool.Rent(digests.Length);
            digests.CopyTo(_digests);
            Digests = _digests.AsMemory(0, digests.Length);
        }

        public ArraySegment<PartRow> Samples { get; }

        public int[] Labels { get; }

        public ReadOnlyMemory<byte> Digests { get; }

        public string File => $"{_name}.safetensors";

        public string Manifest => $"{_name}.json";

        public void Dispose()
        {
            ArrayPool<PartRow>.Shared.Return(_samples);
            LargeBuffers.Pool.Return(_digests);
        }
    }
}
