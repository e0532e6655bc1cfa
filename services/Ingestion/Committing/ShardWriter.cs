using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Grouping;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Gathers the samples of one split and writes a shard whenever one is full, or a sample's own digest says so: content-defined chunking (Muthitacharoen and others, <i>A low-bandwidth
/// network file system</i>, 2001). Samples that come or go move no border but those beside them, and a shard is named by what it holds, so that versions of a dataset share all others: nothing is read or written for a shard that is there.
/// </summary>
internal sealed class ShardWriter
{
    /// <summary>Raised when the same samples would give another file.</summary>
    private const int Format = 1;

    /// <summary>Of the smallest samples: origins of so many lie in memory.</summary>
    private const int MostSamples = 8192;

    private readonly IArtifactStore _store;
    private readonly ImportPlan _plan;
    private readonly Split _split;
    private readonly PartReader _parts;
    private readonly ProvenanceWriter _provenance;
    private readonly PendingShards _pending;
    private readonly long _most;
    private readonly List<int> _labels = [];
    private readonly ProvenanceRows _rows = new();
    private readonly List<PartRow> _samples = [];
    private readonly ArrayBufferWriter<byte> _tags = new();

    public ShardWriter(IArtifactStore store, ImportPlan plan, Split split, PartReader parts, ProvenanceWriter provenance, PendingShards pending)
    {
        _store = store;
        _plan = plan;
        _split = split;
        _parts = parts;
        _provenance = provenance;
        _pending = pending;
        // Not the number of samples there are: a border depends on nothing but the samples beside it.
        _most = Math.Clamp(plan.ShardBytes / plan.SampleBytes, 1, MostSamples);
    }

    /// <summary>In their order; the last may still be on their way.</summary>
    public List<Task<SampleShard>> Shards { get; } = [];

    /// <summary>Between a quarter and all of the size that is wanted, about two thirds of it on average.</summary>
    public bool IsFull => _labels.Count == _most || (_labels.Count >= _most / 4 && _labels.Count > 0 && EndsShard(_rows.Digests.Span[^SHA256.HashSizeInBytes..]));

    /// <param name="tags">SHA-256 of the names of its tags; zeros where there are none.</param>
    /// <param name="label">An index into the dataset's classes; −1 for none.</param>
    /// <inheritdoc cref="ProvenanceRows.Add"/>
    public void Add(PartRow sample, PixelDigest tags, int label, ImportedItem source, ReadOnlySpan<byte> digest, int item, int group, string? name)
    {
        _samples.Add(sample);
        if (_parts.Tags.Count > 0)
        {
            _tags.Write(tags.ToArray());
        }

        _labels.Add(label);
        _rows.Add(source, digest, item, group, name);
    }

    /// <summary>Begins to write what has gathered, if anything.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_labels.Count == 0)
        {
            return;
        }

        var gathered = new Gathered(Name(), _samples, [.. _labels], _rows.Digests.Span);
        Shards.Add(await _pending.BeginAsync(token => FindOrWriteAsync(gathered, token), cancellation));
        await _provenance.WriteAsync(gathered.File, SplitName(_split), _rows, cancellation);
        _samples.Clear();
        _tags.ResetWrittenCount();
        _labels.Clear();
        _rows.Clear();
    }

    private async Task<SampleShard> FindOrWriteAsync(Gathered shard, CancellationToken cancellation)
    {
        using var gathered = shard;
        if (await _store.FindManifestAsync<SampleShard>(gathered.Manifest, cancellation) is { Content: var there })
        {
            return there;
        }

        if (_plan.Sequences is not null)
        {
            return await WriteAsync(gathered, (await _parts.GatherAsync(gathered.Samples, cancellation)).Tensors(), cancellation);
        }

        var pixels = LargeBuffers.Pool.Rent(gathered.Samples.Count * _plan.ImageBytes);
        try
        {
            await _parts.GatherPixelsAsync(gathered.Samples, pixels, cancellation);
            long[] shape = [gathered.Samples.Count, _plan.Input.Channels, _plan.Input.Size, _plan.Input.Size];
            return await WriteAsync(gathered, [new("pixels", SafetensorsType.U8, shape, pixels.AsMemory(0, gathered.Samples.Count * _plan.ImageBytes))], cancellation);
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
        var put = await _store.CreateAsync(gathered.File, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        var shard = new SampleShard(put.Reference, _split, count);
        await _store.CreateManifestAsync(gathered.Manifest, shard, cancellation);
        return shard;
    }

    private bool EndsShard(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]) % (ulong)Math.Max(_most / 2, 1) == 0;

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
            ? ContentKey.Of(Stage.Ingestion, Format, new { split, _plan.Input, samples })
            : ContentKey.Of(Stage.Ingestion, Format, new { split, _plan.Modality, _plan.Input, samples, tags = _parts.Tags });
        return $"datasets/{_plan.Dataset}/shards/{split}-{key}";
    }

    public static string SplitName(Split split) => split.ToString().ToLowerInvariant();

    /// <summary>What a shard on its way holds, in buffers of the pool: as arrays of their own they would be large objects, and lie about until the whole heap is collected.</summary>
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

/// <summary>Shards on their way into the store, a few at a time: the next is gathered while the last is hashed, flushed to the disk or sent.</summary>
internal sealed class PendingShards : IAsyncDisposable
{
    /// <summary>Each holds its samples in memory.</summary>
    private const int Most = 3;

    private readonly Queue<Task<SampleShard>> _pending = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Waits while there are enough on their way, and tells what went wrong with an earlier one.</summary>
    /// <returns>The writing, begun.</returns>
    public async Task<Task<SampleShard>> BeginAsync(Func<CancellationToken, Task<SampleShard>> write, CancellationToken cancellation)
    {
        while (_pending.Count >= Most)
        {
            await _pending.Dequeue();
        }

        var writing = Task.Run(() => WriteAsync(write, cancellation), cancellation);
        _pending.Enqueue(writing);
        return writing;
    }

    /// <summary>Leaves nothing running.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_pending.Select(writing => (Task)writing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<SampleShard> WriteAsync(Func<CancellationToken, Task<SampleShard>> write, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        return await write(either.Token);
    }
}
