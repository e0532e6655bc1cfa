using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;

namespace Pipeline.Tests.Benchmarks.Shards;

/// <summary>A dataset version with pseudo-labels that takes hardly any disk: sample shards are files of the right length with a header and
/// a hole, and shards of as many samples share one file of pseudo-labels.</summary>
internal sealed class SimulatedDataset : IArtifactStore
{
    private readonly string _folder;
    private readonly ViewPretext _task;
    private readonly List<PseudoLabelShard> _labels = [];

    private SimulatedDataset(string folder, ViewPretext task) => (_folder, _task) = (folder, task);

    public DatasetManifest Manifest { get; private set; } = null!;

    public PseudoLabelManifest PseudoLabels { get; private set; } = null!;

    /// <param name="samples">Of each split but the test split.</param>
    /// <param name="inShard">Samples of a shard.</param>
    public static async Task<SimulatedDataset> CreateAsync(
        string folder, ViewPretext task, InputSpec input, IReadOnlyDictionary<Split, int> samples, int inShard)
    {
        Directory.CreateDirectory(folder);
        var dataset = new SimulatedDataset(folder, task);
        var shards = new List<SampleShard>();
        foreach (var (split, count) in samples)
        {
            for (var first = 0; first < count; first += inShard)
                shards.Add(await dataset.AddAsync(split, shards.Count, Math.Min(inShard, count - first), input));
        }

        dataset.Manifest = new DatasetManifest
        {
            Dataset = "simulated",
            Input = input,
            Classes = [],
            ClassCounts = [],
            Shards = shards,
            Provenance = shards[0].File,
            Summary = new DataSummary(samples.Values.Sum(), 0, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        dataset.PseudoLabels = new PseudoLabelManifest
        {
            Task = task.Name,
            Classes = task.Views.Count,
            Dataset = shards[0].File,
            Ambiguity = 0,
            Shards = dataset._labels,
            Samples = samples.Values.Sum(),
            Ambiguous = 0,
            Seconds = 0,
        };
        return dataset;
    }

    public Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default) =>
        Task.FromResult(Path.Combine(_folder, reference.Key));

    public Task<PutResult> CreateAsync(string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<string> ReplaceAsync(string key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<ArtifactInfo?> FindAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<bool> DeleteAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task CheckAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    private async Task<SampleShard> AddAsync(Split split, int number, int samples, InputSpec input)
    {
        var (key, labels) = ($"{number}.safetensors", $"labels-{samples}.safetensors");
        await using (var file = File.Create(Path.Combine(_folder, key)))
        {
            long image = input.Channels * input.Size * input.Size;
            var json = $$$"""
                {"label":{"dtype":"I32","shape":[{{{samples}}}],"data_offsets":[0,{{{4 * samples}}}]},
                "digest":{"dtype":"U8","shape":[{{{samples}}},32],"data_offsets":[{{{4 * samples}}},{{{36 * samples}}}]},
                "pixels":{"dtype":"U8","shape":[{{{samples}}},{{{image}}}],"data_offsets":[{{{36 * samples}}},{{{(36 + image) * samples}}}]}}
                """;
            var header = Encoding.UTF8.GetBytes(json.PadRight(1016));
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            file.SetLength(file.Position + ((36 + image) * samples));
        }

        if (!File.Exists(Path.Combine(_folder, labels)))
        {
            await using var file = File.Create(Path.Combine(_folder, labels));
            var views = _task.Views.Select(view => view.Code).ToArray();
            var rows = Enumerable.Range(0, samples * views.Length);
            await SafetensorsWriter.WriteAsync(
                file,
                [
                    SafetensorsTensor.Of<int>("sample", rows.Select(row => row / views.Length).ToArray(), samples * views.Length),
                    SafetensorsTensor.Of<byte>("view", rows.Select(row => views[row % views.Length]).ToArray(), samples * views.Length),
                    SafetensorsTensor.Of<byte>("label", rows.Select(row => (byte)(row % views.Length)).ToArray(), samples * views.Length),
                ]);
        }

        _labels.Add(new PseudoLabelShard(new ArtifactReference(labels, "", 0), key, split, samples, 0));
        return new SampleShard(new ArtifactReference(key, "", 0), split, samples);
    }
}
