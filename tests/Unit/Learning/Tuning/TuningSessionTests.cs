using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class TuningSessionTests
{
    /// <summary>Of 40 training samples.</summary>
    private const int Most = 15;

    private static readonly FineTuningSpec Spec = ToyDataset.Experiment.FineTuning with { Labels = [3, 6], Draws = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_graph_of_a_part_of_the_split_belongs_to_the_draws_whose_labels_it_holds()
    {
        using var data = await ToyDataset.CreateAsync();
        FineTuningSpec[] specs = [Spec, Spec with { Draws = 3 }, Spec with { Labels = [3, 9] }, Spec with { Seed = 2 }];

        foreach (var (made, spec) in specs.Index())
        {
            var pool = await GraphAsync(data, spec, Most);

            Assert.Equal(Most, pool.Count);
            Assert.Equal(made + 1, await CountAsync(data));
        }

        await GraphAsync(data, Spec with { Labels = [6], Steps = 7 }, Most);
        Assert.Equal(specs.Length, await CountAsync(data));
    }

    [Fact]
    public async Task A_graph_of_a_part_of_the_split_holds_every_sample_that_a_trial_may_label()
    {
        using var data = await ToyDataset.CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        using var session = await OpenAsync(data, Spec, Most, device);

        var labelled = from labels in Spec.Labels
                       from draw in Enumerable.Range(0, Spec.Draws)
                       from place in session.Draw(new Trial(Arm.Propagation, labels, draw, 0.9))
                       select session.Training.Numbers[place];

        Assert.Empty(labelled.Except(session.Pool));
        Assert.Equal(session.Pool.Order(), session.Pool);
    }

    [Fact]
    public async Task A_graph_of_the_whole_split_serves_all_draws()
    {
        using var data = await ToyDataset.CreateAsync();

        foreach (var spec in new[] { Spec, Spec with { Draws = 3 }, Spec with { Labels = [3, 9] } })
            Assert.Equal(40, (await GraphAsync(data, spec, most: 40)).Count);

        Assert.Equal(1, await CountAsync(data));
    }

    private static async Task<IReadOnlyList<int>> GraphAsync(ToyDataset data, FineTuningSpec spec, int most)
    {
        using var device = new TorchDevice(LoadedTorch.Options);
        using var session = await OpenAsync(data, spec, most, device);
        var space = await session.NeighboursAsync(SpaceOf.Described, "pixels", Token);
        Assert.Equal(session.Pool.Count, space.Graph.Count);
        return session.Pool;
    }

    private static async Task<int> CountAsync(ToyDataset data)
    {
        var count = 0;
        await foreach (var file in data.Store.ListAsync("neighbours", Token))
            count += file.Key.EndsWith("manifest.json", StringComparison.Ordinal) ? 1 : 0;

        return count;
    }

    private static async Task<TuningSession> OpenAsync(ToyDataset data, FineTuningSpec spec, int most, TorchDevice device)
    {
        using var encoder = EncoderArchitectures.Create(ToyDataset.Experiment.Encoder, ToyDataset.Experiment.Input);
        WeightInitialization.Initialize(encoder, 1);
        var put = await data.Store.CreateAsync("encoder.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, [.. encoder.Tensors()], cancellation: token), Token);
        var manifest = new EncoderManifest
        {
            Encoder = ToyDataset.Experiment.Encoder,
            Input = ToyDataset.Experiment.Input,
            File = put.Reference,
            Steps = 1,
            History = [],
            Time = new PretrainingTime(0, 0, 0, 0, 0),
            Environment = new EnvironmentSummary("cpu", 1, ""),
        };
        return await TuningSession.OpenAsync(
            data.Store, ToyDataset.Experiment with { FineTuning = spec }, data.Manifest, manifest, Split.Validation, device, most, Token);
    }
}
