using System.Text;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.Learning.Tuning;

/// <summary>A dataset version of DNA, 5 to 14 bases each, in a store of its own. A sample's class is the base that most of it is, A, C or
/// G; every G is tagged, as one entity with those beside it, and everything else as outside. Every sixth sample has neither label nor
/// tags.</summary>
internal sealed class ToySequences : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ToySequences() => Store = new FolderArtifactStore(_folder["store"]);

    public FolderArtifactStore Store { get; }

    public DatasetManifest Manifest { get; private set; } = null!;

    public TokenizerReference Tokenizer { get; private set; } = null!;

    public static string[] Tags { get; } = ["B-G", "I-G", "O"];

    public static Experiment Experiment { get; } = new()
    {
        Name = "toy",
        Modality = Modalities.Dna,
        Data = "toy",
        Input = InputSpec.Sequence(14),
        Tokenizer = new TokenizerSpec(TokenizerKinds.Kmer, K: 1, Length: 16),
        Masking = new MaskingSpec(),
        Pretext = [Contracts.Experiment.MaskedToken],
        Encoder = new EncoderSpec("transformer", Transformer: new TransformerSpec(Width: 16, Layers: 2, Heads: 2, FeedForward: 32)),
        FineTuning = new FineTuningSpec
        {
            Labels = [12],
            Draws = 1,
            LearningRates = [0.01],
            ProbePenalties = [0.001, 0.01, 0.1],
            Steps = 4,
            Batch = 4,
            LoraRank = 2
        },
    };

    public static async Task<ToySequences> CreateAsync(string modality = Modalities.Dna)
    {
        var dataset = new ToySequences();
        var shards = new List<SampleShard>();
        var first = 0;
        foreach (var (split, count) in new[] { (Split.Train, 40), (Split.Validation, 30), (Split.Train, 20), (Split.Test, 80) })
        {
            shards.Add(await dataset.ShardAsync(split, first, count));
            first += count;
        }

        dataset.Manifest = new DatasetManifest
        {
            Dataset = "toy",
            Modality = modality,
            Input = Experiment.Input,
            Classes = ["a", "c", "g"],
            Tags = Tags,
            ClassCounts = [],
            Shards = shards,
            Provenance = shards[0].File,
            Summary = new DataSummary(first, first, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        dataset.Tokenizer = await TokenizerStore.WriteAsync(dataset.Store, "tokenizer", TokenizerContent.Kmers(Alphabets.Dna, 1),
            Experiment.Tokenizer!);
        return dataset;
    }

    public static bool Labelled(int sample) => sample % 6 != 5;

    public static int Label(int sample) => Labelled(sample) ? sample % 3 : -1;

    public static string Text(int sample)
    {
        var random = new CounterRandom(1, "toy", sample);
        var letters = new char[5 + random.NextInt(10)];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = random.NextDouble() < 0.7 ? "ACG"[sample % 3] : "ACGT"[random.NextInt(4)];

        return new string(letters);
    }

    public static short[] TagsOf(string text) =>
        [.. text.Select((letter, i) => (short)(letter != 'G' ? 2 : i > 0 && text[i - 1] == 'G' ? 1 : 0))];

    /// <summary>An encoder of random weights, as if pretrained.</summary>
    public async Task<EncoderManifest> EncoderAsync(ulong seed)
    {
        using var encoder = EncoderArchitectures.Create(Experiment.Encoder, Experiment.Input, Tokenizer);
        WeightInitialization.Initialize(encoder, seed);
        var put = await Store.CreateAsync($"encoders/{seed}.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, [.. encoder.Tensors()], cancellation: token));
        return new EncoderManifest
        {
            Encoder = Experiment.Encoder,
            Input = Experiment.Input,
            Tokenizer = Tokenizer,
            File = put.Reference,
            Steps = 1,
            History = [],
            Time = new PretrainingTime(0, 0, 0, 0, 0),
            Environment = new EnvironmentSummary("cpu", 1, ""),
        };
    }

    public SampleReader Read(Split split) => SampleReader.Open(Store, Manifest, split);

    public void Dispose() => _folder.Dispose();

    private async Task<SampleShard> ShardAsync(Split split, int first, int count)
    {
        int[] numbers = [.. Enumerable.Range(first, count)];
        long[] starts = [0, .. numbers.Select(number => (long)Text(number).Length)];
        for (var i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];

        var tags = numbers.SelectMany(number => Labelled(number) ? TagsOf(Text(number)) : [.. Text(number).Select(_ => (short)-1)])
            .ToArray();
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of<byte>("text", Encoding.UTF8.GetBytes(string.Concat(numbers.Select(Text))), starts[^1]),
            SafetensorsTensor.Of<long>("start", starts, starts.Length),
            SafetensorsTensor.Of<int>("label", numbers.Select(Label).ToArray(), count),
            SafetensorsTensor.Of<short>("tag", tags, tags.Length),
            SafetensorsTensor.Of<byte>("digest", new byte[32 * count], count, 32),
        ];
        var put = await Store.CreateAsync($"samples/{first}.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token));
        return new SampleShard(put.Reference, split, count);
    }
}
