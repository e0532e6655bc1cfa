using Pipeline.FineTuning;
using Pipeline.PseudoLabels;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

/// <summary>
/// Content keys of inputs that never change. Where this fails, an output that a store has would not be found again: give the member that was
/// renamed its old name, or raise the format number of the kind and write the file anew with PIPELINE_WRITE_DOCS=1.
/// </summary>
public sealed class KnownKeysTests
{
    private static readonly ArtifactReference Dataset = new("datasets/pictures/0/manifest.json", "sha256:0", 1);

    private static readonly EncoderManifest Encoder = new()
    {
        Encoder = new EncoderSpec(),
        Input = new InputSpec(Size: 8, Channels: 1),
        File = new ArtifactReference("pretraining/0/encoder.safetensors", "sha256:1", 1),
        Steps = 1,
        History = [],
        Time = new PretrainingTime(0, 0, 0, 0, 0),
        Environment = new EnvironmentSummary("cpu", 1, ""),
    };

    [Fact]
    public async Task Keys_of_known_inputs_are_what_they_were()
    {
        using var images = new TestLake();
        var pixels = Enumerable.Range(0, 40 * 64).Select(i => (byte)(i * i % 251)).ToArray();
        images.DropIdx("train-images-idx3-ubyte", TestLake.Idx(pixels, 40, 8, 8), packed: false);
        using var texts = Texts.Of(Modalities.Text, window: 32);
        texts.Drop("all.txt", string.Join('\n', Enumerable.Range(0, 40).Select(i => $"sentence number {i}")));
        var plan = await images.PlanAsync();
        var dataset = await images.ImportAllAsync();
        string[] keys =
        [
            plan.DatasetRoot,
            plan.PartKey(0),
            dataset.Shards[0].File.Key,
            (await texts.PlanAsync()).DatasetRoot,
            ShardLabeller.Root(Dataset, "rotation", images.Experiment),
            TrialPlan.Root(images.Experiment, dataset, Encoder, new Trial(Arm.Pretrained, 2, 0, 1e-3)),
        ];

        var file = Repository.PathOf("tests/Unit/Ingestion/known-keys.txt");
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_DOCS") == "1")
            await File.WriteAllLinesAsync(file, keys, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken), keys);
    }
}
