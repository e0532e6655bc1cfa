using Pipeline.Artifacts.Safetensors;
using Pipeline.Evaluation;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Pipeline.Tests.Unit.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Evaluation;

[Collection(TorchTests.Name)]
public sealed class NeighbourFinderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neighbours_are_the_nearest_training_samples_and_the_test_split_is_never_opened()
    {
        using var data = await ToyDataset.CreateAsync();
        await data.Store.DeleteAsync(data.Manifest.Shards.Single(shard => shard.Split == Split.Test).File.Key, Token);
        var (manifest, vectors) = await EncoderAsync(data);

        using var device = new TorchDevice(LoadedTorch.Options);
        var found = await new NeighbourFinder(data.Store, device).FindAsync(ToyDataset.Experiment, data.Manifest, manifest, "mean", Token);

        Assert.Equal((40, "mean", 6), (found!.Pool, found.Readout, found.Rows.Count));
        int[] training = [.. Enumerable.Range(0, 20), .. Enumerable.Range(40, 20)];
        foreach (var row in found.Rows)
        {
            var asked = Enumerable.Range(20, 20).Single(sample => ToyDataset.Paint(sample).SequenceEqual(row.Sample.Image!.Pixels));
            Assert.Equal("abc"[ToyDataset.Label(asked)].ToString(), row.Sample.Answer);
            var expected = training.OrderByDescending(sample => Cosine(vectors, training, asked, sample)).Take(6).ToList();
            Assert.Equal(expected.Select(ToyDataset.Paint), row.Pretrained.Select(item => item.Image!.Pixels));
            Assert.Equal(
                expected.Select(sample => ToyDataset.Label(sample) < 0 ? NeighbourExhibit.NoLabel : "abc"[ToyDataset.Label(sample)].ToString()),
                row.Pretrained.Select(item => item.Answer));
            Assert.Equal(6, row.Random.Count);
        }

        Assert.NotEqual(
            found.Rows.SelectMany(row => row.Pretrained.Select(item => item.Image!.Pixels)),
            found.Rows.SelectMany(row => row.Random.Select(item => item.Image!.Pixels)));
    }

    [Fact]
    public async Task Sequences_are_texts_and_tagged_ones_have_no_neighbours()
    {
        using var data = await ToySequences.CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        var (finder, encoder) = (new NeighbourFinder(data.Store, device), await data.EncoderAsync(seed: 1));

        var found = await finder.FindAsync(ToySequences.Experiment, data.Manifest, encoder, "mean", Token);

        Assert.Contains(ToySequences.Text(0).Length, Enumerable.Range(5, 10));
        Assert.All(found!.Rows, row => Assert.All(row.Pretrained, item => Assert.Matches("^[ACGT]{5,14}$", item.Token)));
        Assert.Null(await finder.FindAsync(ToySequences.Experiment, data.Manifest, encoder, readout: null, Token));
    }

    // Of vectors brought to mean 0 and deviation 1 over the training samples.
    private static double Cosine(float[][] vectors, int[] training, int a, int b)
    {
        double[] Scaled(int sample) => [.. vectors[sample].Select((value, i) =>
        {
            var mean = training.Average(other => vectors[other][i]);
            return (value - mean) / (Math.Sqrt(training.Average(other => Math.Pow(vectors[other][i] - mean, 2))) + 1e-3);
        })];
        double Product(double[] x, double[] y) => x.Zip(y, (one, other) => one * other).Sum();
        var (left, right) = (Scaled(a), Scaled(b));
        return Product(left, right) / Math.Sqrt(Product(left, left) * Product(right, right));
    }

    /// <returns>The encoder, and its vector of each sample of the dataset.</returns>
    private static async Task<(EncoderManifest Encoder, float[][] Vectors)> EncoderAsync(ToyDataset data)
    {
        using var encoder = EncoderArchitectures.Create(ToyDataset.Experiment.Encoder, ToyDataset.Experiment.Input);
        WeightInitialization.Initialize(encoder, 3);
        var put = await data.Store.CreateAsync("encoder.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, [.. encoder.Tensors()], cancellation: token), Token);
        encoder.eval();
        using var gradients = no_grad();
        float[][] vectors = [.. Enumerable.Range(0, 60).Select(sample =>
        {
            using var scope = NewDisposeScope();
            var image = tensor(ToyDataset.Paint(sample).Select(pixel => pixel / 255f).ToArray(), 1, 1, ToyDataset.Size, ToyDataset.Size);
            // As the table keeps them.
            return encoder.forward(image).data<float>().ToArray().Select(value => (float)(Half)value).ToArray();
        })];
        return (new EncoderManifest
        {
            Encoder = ToyDataset.Experiment.Encoder,
            Input = ToyDataset.Experiment.Input,
            File = put.Reference,
            Steps = 1,
            History = [],
            Time = new PretrainingTime(0, 0, 0, 0, 0),
            Environment = new EnvironmentSummary("cpu", 1, ""),
        }, vectors);
    }
}
