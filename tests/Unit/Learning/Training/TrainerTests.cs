using System.Runtime.InteropServices;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Tests.Unit.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class TrainerTests
{
    [Fact]
    public async Task A_step_over_several_batches_tells_the_mean_of_their_losses()
    {
        using var data = await PretextData.CreateAsync("rotation", "convnet");
        using var plain = await data.OpenAsync(Split.Train);
        using var batches = await data.With(spec => spec with { Accumulate = 3 }).OpenAsync(Split.Train);
        using var trainer = data.With(spec => spec with { Accumulate = 3 }).Trainer(batches.Steps);

        var loss = trainer.Train(batches.OfStep(0));

        Assert.Equal(Enumerable.Range(0, 3).Average(number => FirstLoss(data, plain.Training(number))), loss, 1e-6);
        Assert.Equal(1, trainer.Step);
    }

    [Fact]
    public async Task The_batches_of_all_steps_are_those_of_the_run_and_the_last_step_may_have_fewer()
    {
        using var data = await PretextData.CreateAsync("contrastive", "convnet");
        using var plain = await data.OpenAsync(Split.Train);
        using var batches = await data.With(spec => spec with { Accumulate = 4 }).OpenAsync(Split.Train);

        var steps = Enumerable.Range(0, (int)batches.Steps).Select(step => batches.OfStep(step)).ToList();

        Assert.Equal((10L, 3L), (plain.Steps, batches.Steps));
        Assert.Equal([4, 4, 2], steps.Select(step => step.Length));
        Assert.Equal(
            Enumerable.Range(0, 10).Select(number => Pixels(plain.Training(number))),
            steps.SelectMany(step => step.Select(Pixels)));

        static string Pixels(IPretextBatch batch) => Convert.ToHexString(((ContrastiveBatch)batch).Pixels);
    }

    [Fact]
    public async Task The_average_of_the_weights_is_what_is_measured_and_kept()
    {
        const double Decay = 0.3;
        using var data = await PretextData.CreateAsync("rotation", "convnet");
        using var batches = await data.OpenAsync(Split.Train);
        using var plain = data.Trainer(batches.Steps);
        using var averaging = data.With(spec => spec with { Averaging = Decay }).Trainer(batches.Steps);
        var expected = Weights(plain);
        for (var step = 0; step < 4; step++)
        {
            Assert.Equal(plain.Train(batches.OfStep(step)), averaging.Train(batches.OfStep(step)));
            var decay = Math.Min(Decay, (2.0 + step) / (11.0 + step));
            foreach (var (name, weights) in Weights(plain))
                expected[name] = [.. expected[name].Zip(weights, (average, weight) => (decay * average) + ((1 - decay) * weight))];
        }

        var found = Weights(averaging);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, entry => Assert.All(
            entry.Value.Zip(found[entry.Key]), pair => Assert.Equal(pair.First, pair.Second, 1e-5)));
        Assert.Contains("bn1.running_var", expected.Keys);

        // What is measured are the features of the encoder that would be kept.
        var before = averaging.Save().Select(tensor => Convert.ToHexString(tensor.Data.Span)).ToList();
        IPretextBatch[] heldOut = [batches.Plain(0, 30)];
        var rank = averaging.Measure(heldOut).EffectiveRank;
        Assert.NotEqual(plain.Measure(heldOut).EffectiveRank, rank);
        using var folder = new TemporaryFolder();
        await using (var stream = File.Create(folder["encoder"]))
            await SafetensorsWriter.WriteAsync(stream, averaging.SaveEncoder(), cancellation: TestContext.Current.CancellationToken);
        using var file = SafetensorsFile.Open(folder["encoder"]);
        plain.Model.Encoder.LoadTensors(file);
        Assert.Equal(plain.Measure(heldOut).EffectiveRank, rank);
        Assert.Equal(before, averaging.Save().Select(tensor => Convert.ToHexString(tensor.Data.Span)));
    }

    private static double FirstLoss(PretextData data, IPretextBatch batch)
    {
        using var trainer = data.Trainer(10);
        return trainer.Train(batch);
    }

    /// <summary>Real numbers of the encoder that would be kept, by name.</summary>
    private static Dictionary<string, double[]> Weights(Trainer trainer) => trainer.SaveEncoder()
        .Where(tensor => tensor.Type == SafetensorsType.F32)
        .ToDictionary(
            tensor => tensor.Name,
            tensor => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray().Select(value => (double)value).ToArray());
}
