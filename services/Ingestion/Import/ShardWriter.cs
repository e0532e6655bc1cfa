using System.Buffers;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Import;

/// <summary>Collects the samples of one split and writes a shard whenever one is full.</summary>
internal sealed class ShardWriter(IArtifactStore store, string root, Split split, InputSpec input, int samplesPerShard, ProvenanceTable provenance, IReadOnlyDictionary<string, int> classes)
{
    private readonly ArrayBufferWriter<byte> pixels = new();
    private readonly ArrayBufferWriter<byte> digests = new();
    private readonly List<(SampleOrigin Origin, string? Label)> rows = [];

    public List<SampleShard> Shards { get; } = [];

    public long Labelled { get; private set; }

    public async Task AddAsync(ReadOnlyMemory<byte> image, ReadOnlyMemory<byte> digest, SampleOrigin origin, string? label, CancellationToken cancellation)
    {
        pixels.Write(image.Span);
        digests.Write(digest.Span);
        rows.Add((origin, label));
        Labelled += label is null ? 0 : 1;
        if (rows.Count == samplesPerShard)
        {
            await FlushAsync(cancellation);
        }
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var count = rows.Count;
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of<byte>("pixels", pixels.WrittenSpan, count, input.Channels, input.Size, input.Size),
            SafetensorsTensor.Of<byte>("digest", digests.WrittenSpan, count, digests.WrittenCount / count),
            SafetensorsTensor.Of<int>("label", rows.Select(row => row.Label is { } label ? classes[label] : -1).ToArray(), count),
        ];
        var key = $"{root}/{split.ToString().ToLowerInvariant()}-{Shards.Count:d5}.safetensors";
        var file = await store.CreateAsync(key, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, null, token), cancellation);
        Shards.Add(new SampleShard(file.Reference, split, count));
        await provenance.AddAsync(Shards[^1], rows, cancellation);
        pixels.ResetWrittenCount();
        digests.ResetWrittenCount();
        rows.Clear();
    }
}
