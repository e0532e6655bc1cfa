using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class SampleReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Samples_are_numbered_through_the_shards_of_a_split()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 3), (Split.Test, 2), (Split.Train, 0), (Split.Train, 1),
            (Split.Train, 4));
        using var reader = SampleReader.Open(data.Store, data.Manifest, Split.Train);

        Assert.Equal([0, 0, 0, 2, 3, 3, 3, 3], Enumerable.Range(0, reader.Count).Select(reader.ShardOf));
        Assert.Equal([0, 1, 2, 5, 6, 7, 8, 9], Enumerable.Range(0, 10).Where(Shows));

        bool Shows(int painted) =>
            Enumerable.Range(0, reader.Count).Any(sample => reader.Pixels(sample).SequenceEqual(ToyDataset.Paint(painted)));
    }

    [Fact]
    public async Task Labels_of_all_samples_are_known_and_the_shards_of_those_that_are_shown_alone_are_opened()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 20), (Split.Train, 20), (Split.Train, 20));
        var expected = Enumerable.Range(0, 60).Select(ToyDataset.Label).ToArray();
        SafetensorsTensor[] index = [SafetensorsTensor.Of<int>("label", expected, 60)];
        var put = await data.Store.CreateAsync(
            "labels.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, index, cancellation: token), Token);
        var manifest = data.Manifest with { LabelIndex = new Dictionary<Split, ArtifactReference> { [Split.Train] = put.Reference } };
        await data.Store.DeleteAsync(manifest.Shards[0].File.Key, Token);
        await data.Store.DeleteAsync(manifest.Shards[2].File.Key, Token);
        using var reader = SampleReader.Open(data.Store, manifest, Split.Train);

        var samples = new LabelledImages(reader, manifest.Classes);
        var drawn = Enumerable.Range(0, samples.Count).Where(position => position is >= 17 and < 33).ToArray();
        using var shown = samples.Inputs(drawn, torch.CPU);

        Assert.Equal(expected, Enumerable.Range(0, 60).Select(reader.Label));
        Assert.Equal(expected.Where(label => label >= 0), samples.Strata);
        Assert.Equal(drawn.Length, shown.shape[0]);
        Assert.False(reader.IsTagged(0));
    }
}
