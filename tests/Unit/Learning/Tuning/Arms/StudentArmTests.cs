using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.FineTuning;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tuning.Arms;

[Collection(TorchTests.Name)]
public sealed class StudentArmTests
{
    private const int Size = 8, Train = 120, Validation = 100;

    private static readonly Experiment Experiment = ToyDataset.Experiment with
    {
        FineTuning = new FineTuningSpec
        {
            Labels = [4],
            Draws = 3,
            LearningRates = [0.01],
            ProbePenalties = [0.1],
            PropagationShares = [0.9],
            Steps = 30,
            Batch = 16,
        },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Two clusters under noise: few labels do not tell them apart, their neighbours do.</summary>
    [Fact]
    public async Task A_student_of_few_labels_does_better_than_the_labels_alone()
    {
        using var folder = new TemporaryFolder();
        var store = new FolderArtifactStore(folder["store"]);
        var (dataset, encoder) = await ClustersAsync(store);
        using var runner = new TrialRunner(store, new TorchDevice(LoadedTorch.Options));
        async Task<double> MeanAsync(Arm arm)
        {
            var sum = 0.0;
            for (var draw = 0; draw < Experiment.FineTuning.Draws; draw++)
            {
                var result = await runner.RunAsync(Experiment, dataset, encoder, new Trial(arm, 4, draw, 0.01, "mean"), Token);
                sum += (await store.ReadManifestAsync<TrialResult>(result.Key, Token)).ValidationAccuracy;
            }

            return sum / Experiment.FineTuning.Draws;
        }

        var (scratch, student) = (await MeanAsync(Arm.Scratch), await MeanAsync(Arm.StudentScratch));

        Assert.InRange(student, scratch + 0.1, 1);
        Assert.InRange(student, 0.85, 1);
    }

    private static async Task<(DatasetManifest Dataset, EncoderManifest Encoder)> ClustersAsync(FolderArtifactStore store)
    {
        var shards = new List<SampleShard>();
        foreach (var (split, first, count) in new[] { (Split.Train, 0, Train), (Split.Validation, Train, Validation) })
        {
            var numbers = Enumerable.Range(first, count).ToList();
            SafetensorsTensor[] tensors =
            [
                SafetensorsTensor.Of<byte>("pixels", numbers.SelectMany(Paint).ToArray(), count, 1, Size, Size),
                SafetensorsTensor.Of<int>("label", numbers.Select(sample => sample % 2).ToArray(), count),
                SafetensorsTensor.Of<byte>("digest", new byte[32 * count], count, 32),
            ];
            var put = await store.CreateAsync($"samples/{first}.safetensors", (stream, token) =>
                SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token), Token);
            shards.Add(new SampleShard(put.Reference, split, count));
        }

        using var network = EncoderArchitectures.Create(Experiment.Encoder, Experiment.Input);
        WeightInitialization.Initialize(network, 1);
        var weights = await store.CreateAsync("encoder.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, [.. network.Tensors()], cancellation: token), Token);
        var dataset = new DatasetManifest
        {
            Dataset = "clusters",
            Input = Experiment.Input,
            Classes = ["left", "right"],
            ClassCounts = [],
            Shards = shards,
            Provenance = shards[0].File,
            Summary = new DataSummary(Train + Validation, Train + Validation, 0, new Dictionary<string, long>(), Train, Validation, 0),
            Seconds = 0,
        };
        return (dataset, new EncoderManifest
        {
            Encoder = Experiment.Encoder,
            Input = Experiment.Input,
            File = weights.Reference,
            Steps = 1,
            History = [],
            Time = new PretrainingTime(0, 0, 0, 0, 0),
            Environment = new EnvironmentSummary("cpu", 1, ""),
        });
    }

    // One half of the picture is a little brighter than the other.
    private static byte[] Paint(int sample)
    {
        var random = new CounterRandom(5, "clusters", sample);
        return [.. Enumerable.Range(0, Size * Size).Select(i => i % Size < Size / 2 == (sample % 2 == 0)).Select(bright =>
            (byte)Math.Clamp((bright ? 150 : 110) + (60 * random.NextGaussian()), 0, 255))];
    }
}
