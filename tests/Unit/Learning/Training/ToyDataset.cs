using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.PseudoLabels;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.Learning.Training;

/// <summary>A dataset version of 8 × 8 images in a store of its own: a bright mark in a corner that every view shows elsewhere, the class
/// in the middle, some noise. Of ten samples the fourth is left-right symmetric and the eighth of one colour.</summary>
public sealed class ToyDataset : IDisposable
{
    public const int Size = 8;
    public const int Classes = 3;

    private readonly TemporaryFolder _folder = new();

    private ToyDataset() => Store = new FolderArtifactStore(_folder["store"]);

    public FolderArtifactStore Store { get; }

    public DatasetManifest Manifest { get; private set; } = null!;

    public ArtifactReference Reference { get; private set; } = null!;

    public static Experiment Experiment { get; } = new()
    {
        Name = "toy",
        Data = "toy",
        Input = new InputSpec(Size, 1),
        Pretext = ["rotation"],
        Encoder = new EncoderSpec("convnet", Width: 4),
        Pretraining = new PretrainingSpec
        {
            Epochs = 2,
            Batch = 8,
            LearningRate = 0.01,
            Augmentation = new AugmentationSpec(Scale: 1.2, Shift: 1, Gain: 1.2, Cutout: 2)
        },
        FineTuning = new FineTuningSpec
        {
            Labels = [6],
            Draws = 1,
            LearningRates = [0.01],
            ProbePenalties = [0.1],
            Steps = 3,
            Batch = 4
        },
    };

    /// <summary>Two shards of 20 samples to train on, one of 20 to validate on, one of 10 for the test;
    /// every sixth sample has no label.</summary>
    public static Task<ToyDataset> CreateAsync() =>
        CreateAsync((Split.Train, 20), (Split.Validation, 20), (Split.Train, 20), (Split.Test, 10));

    public static async Task<ToyDataset> CreateAsync(params (Split Split, int Samples)[] shards)
    {
        var dataset = new ToyDataset();
        var written = new List<SampleShard>();
        var first = 0;
        foreach (var (split, samples) in shards)
        {
            var numbers = Enumerable.Range(first, samples).ToList();
            SafetensorsTensor[] tensors =
            [
                SafetensorsTensor.Of<byte>("pixels", numbers.SelectMany(Paint).ToArray(), samples, 1, Size, Size),
                SafetensorsTensor.Of<int>("label", numbers.Select(Label).ToArray(), samples),
                SafetensorsTensor.Of<byte>("digest", new byte[32 * samples], samples, 32),
            ];
            var put = await dataset.Store.CreateAsync(
                $"samples/{written.Count}.safetensors",
                (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token));
            written.Add(new SampleShard(put.Reference, split, samples));
            first += samples;
        }

        dataset.Manifest = new DatasetManifest
        {
            Dataset = "toy",
            Input = Experiment.Input,
            Classes = ["a", "b", "c"],
            ClassCounts = [],
            Shards = written,
            Provenance = written[0].File,
            Summary = new DataSummary(first, first, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        dataset.Reference = (await dataset.Store.CreateManifestAsync("dataset.json", dataset.Manifest)).Reference;
        return dataset;
    }

    public static bool Plain(int sample) => sample % 10 == 7;

    public static bool Symmetric(int sample) => sample % 10 == 3;

    /// <summary>The class of a sample; −1 where nobody tells it.</summary>
    public static int Label(int sample) => sample % 6 == 5 ? -1 : sample % Classes;

    public static byte[] Paint(int sample)
    {
        if (Plain(sample))
            return [.. Enumerable.Repeat((byte)sample, Size * Size)];

        var random = new CounterRandom(1, "toy", sample);
        var image = new byte[Size * Size];
        for (var i = 0; i < image.Length; i++)
        {
            var (row, column) = (i / Size, i % Size);
            var middle = row is 3 or 4 && column is 3 or 4;
            image[i] = (byte)((row < 3 && column < 2 ? 200 : middle ? 100 * (sample % Classes) : 0) + random.NextInt(40));
            if (Symmetric(sample) && column >= Size / 2)
                image[i] = image[(row * Size) + Size - 1 - column];
        }

        return image;
    }

    /// <summary>Makes the pseudo-labels of all the experiment's tasks.</summary>
    public async Task<IReadOnlyList<ArtifactReference>> LabelAsync(Experiment experiment)
    {
        var labeller = new ShardLabeller(Store);
        foreach (var (task, shard) in await labeller.MissingAsync(Reference, Manifest, experiment, CancellationToken.None))
            await labeller.LabelAsync(Reference, Manifest, experiment, task, shard, CancellationToken.None);

        return (await labeller.FindAllAsync(Reference, experiment, CancellationToken.None))!;
    }

    public async Task<IReadOnlyList<PseudoLabelManifest>> PseudoLabelsAsync(Experiment experiment)
    {
        var manifests = new List<PseudoLabelManifest>();
        foreach (var reference in await LabelAsync(experiment))
            manifests.Add(await Store.ReadManifestAsync<PseudoLabelManifest>(reference.Key));

        return manifests;
    }

    public async Task<RunReference> RunAsync(Experiment experiment)
    {
        var written = await Store.CreateManifestAsync("experiment.json", experiment);
        return new RunReference("toy-000000000000", written.Reference, Reference);
    }

    public void Dispose() => _folder.Dispose();
}
