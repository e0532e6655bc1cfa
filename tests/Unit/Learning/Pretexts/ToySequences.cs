using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tokens;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

/// <summary>A dataset version of DNA in a store of its own: two bases that number the sample, then 5 to 13 times the same one. What is
/// masked follows from what stands around it.</summary>
public sealed class ToySequences : IDisposable
{
    private const string Bases = "ACGT";

    private static readonly (Split Split, int Samples)[] Shards =
        [(Split.Train, 18), (Split.Validation, 20), (Split.Train, 20), (Split.Test, 10)];

    private readonly TemporaryFolder _folder = new();

    private ToySequences() => Store = new FolderArtifactStore(_folder["store"]);

    public FolderArtifactStore Store { get; }

    public DatasetManifest Manifest { get; private set; } = null!;

    public PseudoLabelManifest PseudoLabels { get; private set; } = null!;

    private ArtifactReference Reference { get; set; } = null!;

    private ArtifactReference PseudoLabelsReference { get; set; } = null!;

    public static KmerTokenizer Tokenizer { get; } = new(Bases, 1);

    public static Experiment Experiment { get; } = new()
    {
        Name = "toy",
        Modality = Modalities.Dna,
        Data = "toy",
        Input = InputSpec.Sequence(30),
        Tokenizer = new TokenizerSpec("kmer", Vocabulary: 9, K: 1, Length: 20),
        Masking = new MaskingSpec(Share: 0.2),
        Pretext = ["masked-token"],
        Encoder = new EncoderSpec("transformer", Transformer: new TransformerSpec(Width: 16, Layers: 1, Heads: 2, FeedForward: 32)),
        Pretraining = new PretrainingSpec { Epochs = 2, Batch = 8, LearningRate = 0.01 },
        FineTuning = new FineTuningSpec { Labels = [6] },
    };

    public static async Task<ToySequences> CreateAsync(Experiment? experiment = null, string vocabulary = "")
    {
        experiment ??= Experiment;
        var data = new ToySequences();
        var names = string.Join('\n', Enumerable.Range(0, Tokenizer.Count).Select(Tokenizer.NameOf)) + vocabulary;
        var file = await data.Store.CreateAsync("tokenizer/vocab.txt", (stream, token) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(names), token).AsTask());
        var tokenizer = new TokenizerReference(
            new Dictionary<string, ArtifactReference> { ["vocab.txt"] = file.Reference }, experiment.Tokenizer!, LowerCase: false,
            Tokenizer.Count, Tokenizer.Special);
        var samples = new List<SampleShard>();
        var labels = new List<PseudoLabelShard>();
        var first = 0;
        foreach (var (split, count) in Shards)
        {
            var texts = Enumerable.Range(first, count).Select(Text).ToList();
            var shard = await data.WriteAsync($"samples/{samples.Count}.safetensors", SampleTensors(texts));
            samples.Add(new SampleShard(shard, split, count));
            labels.Add(new PseudoLabelShard(await data.WriteAsync($"labels/{labels.Count}.safetensors", LabelTensors(texts, experiment)),
                shard.Key, split, count, 0));
            first += count;
        }

        data.Manifest = new DatasetManifest
        {
            Dataset = "toy",
            Modality = Modalities.Dna,
            Input = experiment.Input,
            Classes = [],
            ClassCounts = [],
            Shards = samples,
            Provenance = samples[0].File,
            Summary = new DataSummary(first, first, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        data.Reference = (await data.Store.CreateManifestAsync("dataset.json", data.Manifest)).Reference;
        data.PseudoLabels = new PseudoLabelManifest
        {
            Task = "masked-token",
            Classes = Tokenizer.Count,
            Dataset = data.Reference,
            Ambiguity = 0,
            Shards = labels,
            Tokenizer = tokenizer,
            Masking = experiment.Masking,
            Samples = first,
            Ambiguous = 0,
            Seconds = 0,
        };
        data.PseudoLabelsReference = (await data.Store.CreateManifestAsync("labels.json", data.PseudoLabels)).Reference;
        return data;
    }

    public static string Text(int sample) =>
        $"{Bases[sample / 4 % 4]}{Bases[sample % 4]}{new string(Bases[sample * 7 / 5 % 4], 5 + (sample % 9))}";

    /// <summary>The texts of a split, in the order of its shards.</summary>
    public static List<string> Texts(Split split)
    {
        var texts = new List<string>();
        var first = 0;
        foreach (var (of, count) in Shards)
        {
            texts.AddRange(of == split ? Enumerable.Range(first, count).Select(Text) : []);
            first += count;
        }

        return texts;
    }

    public async Task<TrainSlice> SliceAsync(Experiment? experiment = null)
    {
        await Store.DeleteAsync("experiment.json");
        var written = await Store.CreateManifestAsync("experiment.json", experiment ?? Experiment);
        return new TrainSlice(new RunReference("toy-000000000000", written.Reference, Reference), [PseudoLabelsReference], Slice: 0,
            Step: 0);
    }

    public void Dispose() => _folder.Dispose();

    private static SafetensorsTensor[] SampleTensors(List<string> texts) =>
    [
        SafetensorsTensor.Of<byte>("text", Encoding.UTF8.GetBytes(string.Concat(texts)), texts.Sum(text => text.Length)),
        SafetensorsTensor.Of<long>("start", Starts(texts.Select(text => text.Length)), texts.Count + 1),
        SafetensorsTensor.Of<int>("label", new int[texts.Count], texts.Count),
        SafetensorsTensor.Of<byte>("digest", texts.SelectMany(Digest).ToArray(), texts.Count, 32),
    ];

    private static SafetensorsTensor[] LabelTensors(List<string> texts, Experiment experiment)
    {
        var tokens = texts.Select(Tokenizer.Encode).ToList();
        var draw = new MaskDraw(experiment.Masking!, Tokenizer.Special, Tokenizer.Count);
        var masks = tokens.Zip(texts, (sequence, text) => draw.Draw(sequence.Ids, sequence.Continues, experiment.Pretraining.Seed, 0,
            MaskDraw.SampleNumber(Digest(text)))).ToList();
        var (all, masked) = (tokens.Sum(sequence => sequence.Ids.Length), masks.Sum(mask => mask.Positions.Length));
        return
        [
            SafetensorsTensor.Of<int>("sample", Enumerable.Range(0, texts.Count).ToArray(), texts.Count),
            SafetensorsTensor.Of<int>("token", tokens.SelectMany(sequence => sequence.Ids).ToArray(), all),
            SafetensorsTensor.Of<byte>("continues", new byte[all], all),
            SafetensorsTensor.Of<long>("start", Starts(tokens.Select(sequence => sequence.Ids.Length)), texts.Count + 1),
            SafetensorsTensor.Of<int>("position", masks.SelectMany(mask => mask.Positions).ToArray(), masked),
            SafetensorsTensor.Of<int>("input", masks.SelectMany(mask => mask.Inputs).ToArray(), masked),
            SafetensorsTensor.Of<int>("target", masks.SelectMany(mask => mask.Targets).ToArray(), masked),
            SafetensorsTensor.Of<long>("mask", Starts(masks.Select(mask => mask.Positions.Length)), texts.Count + 1),
        ];
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static long[] Starts(IEnumerable<int> lengths)
    {
        var starts = new List<long> { 0 };
        foreach (var length in lengths)
            starts.Add(starts[^1] + length);

        return [.. starts];
    }

    private async Task<ArtifactReference> WriteAsync(string key, SafetensorsTensor[] tensors) =>
        (await Store.CreateAsync(key, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token))).Reference;
}
