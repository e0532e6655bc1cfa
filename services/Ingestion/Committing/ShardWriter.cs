using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>Gathers the samples of one split and writes a shard whenever one is full.</summary>
internal sealed class ShardWriter
{
    private readonly IArtifactStore _store;
    private readonly ImportPlan _plan;
    private readonly Split _split;
    private readonly ProvenanceWriter _provenance;
    private readonly int _capacity;
    private readonly List<int> _labels = [];
    private readonly List<ProvenanceRow> _rows = [];
    private readonly ArrayBufferWriter<byte> _pixels;
    private readonly ArrayBufferWriter<byte> _digests;

    /// <param name="mostSamples">There are not more than that in the dataset.</param>
    public ShardWriter(IArtifactStore store, ImportPlan plan, Split split, long mostSamples, ProvenanceWriter provenance)
    {
        _store = store;
        _plan = plan;
        _split = split;
        _provenance = provenance;
        _capacity = (int)Math.Clamp(plan.ShardBytes / plan.ImageBytes, 1, mostSamples);
        _pixels = new ArrayBufferWriter<byte>(_capacity * plan.ImageBytes);
        _digests = new ArrayBufferWriter<byte>(_capacity * SHA256.HashSizeInBytes);
    }

    public List<SampleShard> Shards { get; } = [];

    public bool IsFull => _labels.Count == _capacity;

    /// <param name="label">An index into the dataset's classes; −1 for none.</param>
    public void Add(ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> digest, int label, ProvenanceRow row)
    {
        _pixels.Write(pixels);
        _digests.Write(digest);
        _labels.Add(label);
        _rows.Add(row);
    }

    /// <summary>Writes what has gathered, if anything.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        var samples = _labels.Count;
        if (samples == 0)
        {
            return;
        }

        SafetensorsTensor[] tensors =
        [
            new("pixels", SafetensorsType.U8, [samples, _plan.Input.Channels, _plan.Input.Size, _plan.Input.Size], _pixels.WrittenMemory),
            new("digest", SafetensorsType.U8, [samples, SHA256.HashSizeInBytes], _digests.WrittenMemory),
            SafetensorsTensor.Of<int>("label", _labels.ToArray(), samples),
        ];
        var metadata = new Dictionary<string, string> { ["dataset"] = _plan.Dataset, ["split"] = Name };
        var put = await _store.CreateAsync(
            $"{_plan.DatasetRoot}/{Name}-{Shards.Count:d5}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token),
            cancellation);
        Shards.Add(new SampleShard(put.Reference, _split, samples));
        await _provenance.WriteAsync(put.Reference.Key, Name, _rows, _digests.WrittenMemory, cancellation);
        _pixels.ResetWrittenCount();
        _digests.ResetWrittenCount();
        _labels.Clear();
        _rows.Clear();
    }

    private string Name => SplitName(_split);

    public static string SplitName(Split split) => split.ToString().ToLowerInvariant();
}
