using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.PseudoLabels;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.PseudoLabels;

/// <summary>A dataset version of sequences, in a store of its own.</summary>
internal sealed class ToyTexts : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private ToyTexts() => Store = new FolderArtifactStore(folder["store"]);

    public FolderArtifactStore Store { get; }

    public DatasetManifest Manifest { get; private set; } = null!;

    public ArtifactReference Reference { get; private set; } = null!;

    public static Experiment Experiment { get; } = new()
    {
        Name = "toy",
        Modality = Modalities.Text,
        Data = "toy",
        Input = InputSpec.Sequence(200),
        Tokenizer = new TokenizerSpec(Vocabulary: 60, Length: 12),
        Masking = new MaskingSpec(Unit: "word"),
        Pretext = [Experiment.MaskedToken],
        Encoder = new EncoderSpec("transformer", Transformer: new TransformerSpec()),
        FineTuning = new FineTuningSpec { Labels = [6] },
    };

    public string Folder(string name) => Directory.CreateDirectory(folder[name]).FullName;

    public static async Task<ToyTexts> CreateAsync(string modality, params (Split Split, string[] Texts)[] shards)
    {
        var dataset = new ToyTexts();
        var written = new List<SampleShard>();
        foreach (var (split, texts) in shards)
        {
            var bytes = texts.Select(Encoding.UTF8.GetBytes).ToList();
            var starts = bytes.Aggregate(new List<long> { 0 }, (ends, text) => [.. ends, ends[^1] + text.Length]);
            SafetensorsTensor[] tensors =
            [
                SafetensorsTensor.Of<byte>("text", bytes.SelectMany(text => text).ToArray(), starts[^1]),
                SafetensorsTensor.Of<long>("start", starts.ToArray(), starts.Count),
                SafetensorsTensor.Of<int>("label", texts.Select(_ => -1).ToArray(), texts.Length),
                SafetensorsTensor.Of<byte>("digest", bytes.SelectMany(SHA256.HashData).ToArray(), texts.Length, 32),
            ];
            var put = await dataset.Store.CreateAsync($"samples/{written.Count}.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token));
            written.Add(new SampleShard(put.Reference, split, texts.Length));
        }

        dataset.Manifest = new DatasetManifest
        {
            Dataset = "toy",
            Modality = modality,
            Input = InputSpec.Sequence(200),
            Classes = [],
            ClassCounts = [],
            Shards = written,
            Provenance = written[0].File,
            Summary = new DataSummary(0, 0, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        dataset.Reference = (await dataset.Store.CreateManifestAsync("dataset.json", dataset.Manifest)).Reference;
        return dataset;
    }

    public async Task<PseudoLabelManifest> LabelAsync(Experiment experiment)
    {
        using var labeller = new ShardLabeller(Store);
        foreach (var (task, shard) in await labeller.MissingAsync(Reference, Manifest, experiment, CancellationToken.None))
        {
            await labeller.LabelAsync(Reference, Manifest, experiment, task, shard, CancellationToken.None);
        }

        var found = await labeller.FindAllAsync(Reference, experiment, CancellationToken.None);
        return await Store.ReadManifestAsync<PseudoLabelManifest>(found!.Single().Key);
    }

    public void Dispose() => folder.Dispose();
}
